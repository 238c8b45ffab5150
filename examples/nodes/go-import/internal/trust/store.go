package trust

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"threeflow.example/goimport/internal/octets"
	"threeflow.example/goimport/internal/refuse"
	"threeflow.example/goimport/internal/seal"
)

// Store holds all lists of all jurisdictions, and with them the history of every key. It is read only once filled.
type Store struct {
	environment string
	valid       Valid
	chains      map[string][]*List
}

// NewStore makes an empty store.
func NewStore(environment string, valid Valid) *Store {
	return &Store{environment, valid, map[string][]*List{}}
}

// AddFile takes in a trust file: a fingerprint, and lists oldest first.
func (s *Store) AddFile(file []byte, now time.Time) error {
	object, err := octets.ParseObject(file)
	if err != nil {
		return invalid("TF-TRUST-1", "the trust file is no strict JSON: %v", err)
	}
	anchor, _ := object["anchor"].(string)
	lists, _ := object["lists"].([]any)
	if len(lists) == 0 || !octets.IsDigest(anchor) {
		return invalid("TF-TRUST-1", "a trust file consists of anchor and lists")
	}
	for _, each := range lists {
		raw, err := json.Marshal(each)
		if err != nil {
			return err
		}
		if err := s.Add(raw, anchor, now); err != nil {
			return err
		}
	}
	return nil
}

// Add takes in one list; the fingerprint counts for the first of a jurisdiction.
func (s *Store) Add(raw []byte, fingerprint string, now time.Time) error {
	list, err := readList(raw, s.environment, s.valid)
	if err != nil {
		return err
	}
	for _, other := range s.Jurisdictions() {
		newest := s.Newest(other)
		for _, each := range list.Territories {
			if other != list.Jurisdiction && slices.Contains(newest.Territories, each) {
				return invalid("TF-TRUST-3", "%s claims %s, which %s claims", list.Jurisdiction, each, other)
			}
		}
	}
	held := s.Newest(list.Jurisdiction)
	if held != nil && held.Digest == list.Digest {
		return list.sealedBy(held.anchor)
	}
	if err := list.timely(held, now); err != nil {
		return err
	}
	if held == nil {
		err = list.first(fingerprint)
	} else {
		err = list.continues(held)
	}
	if err != nil {
		return err
	}
	for _, older := range s.chains[list.Jurisdiction] {
		for _, node := range list.Nodes {
			if kid := node.differs(older); kid != "" {
				return invalid("TF-TRUST-4", "%s named another key before", kid)
			}
		}
	}
	s.chains[list.Jurisdiction] = append(s.chains[list.Jurisdiction], list)
	return nil
}

func (l *List) timely(held *List, now time.Time) error {
	switch {
	case l.ExpiresAt.Before(l.IssuedAt):
		return invalid("TF-TRUST-5", "the list expires before it is issued")
	case l.IssuedAt.After(now.Add(ahead)):
		return invalid("TF-TRUST-5", "the list is issued in the future")
	case held != nil && l.Sequence > held.Sequence && l.IssuedAt.Before(held.IssuedAt):
		return invalid("TF-TRUST-5", "the list is issued before the one before it")
	}
	return nil
}

func (l *List) sealedBy(anchors ...*seal.Key) error {
	if len(l.envelope.Signatures) != len(anchors) {
		return invalid("TF-TRUST-7", "the list bears another number of seals than its anchors")
	}
	find := func(kid string) *seal.Key {
		for _, each := range anchors {
			if each.Kid == kid {
				return each
			}
		}
		return nil
	}
	if err := l.envelope.Verify(find, seal.NodeOf(l.anchorKid)); err != nil {
		return invalid("TF-TRUST-7", "the list is not sealed by its anchor: %v", err)
	}
	return nil
}

func (l *List) first(fingerprint string) error {
	if fingerprint == "" || l.anchorPrint != fingerprint {
		return invalid("TF-TRUST-8", "the anchor has not the fingerprint that was obtained")
	}
	if l.Previous != "" || l.Sequence != 1 {
		return invalid("TF-TRUST-10", "a first list has the sequence 1 and no list before it")
	}
	return l.sealedBy(l.anchor)
}

func (l *List) continues(held *List) error {
	switch {
	case l.Sequence < held.Sequence:
		return invalid("TF-TRUST-9", "a rollback: list %d is held", held.Sequence)
	case l.Sequence == held.Sequence:
		return invalid("TF-TRUST-15", "two lists with the sequence %d", l.Sequence)
	case l.Sequence != held.Sequence+1 || l.Previous != held.Digest:
		return invalid("TF-TRUST-10", "the list does not follow the one held")
	}
	if l.anchorPrint == held.anchorPrint {
		if l.anchorKid != held.anchorKid {
			return invalid("TF-TRUST-4", "the anchor has another kid than before")
		}
		return l.sealedBy(l.anchor)
	}
	if held.nextAnchor != "" && held.nextAnchor != l.anchorPrint {
		return invalid("TF-TRUST-11", "another anchor was announced")
	}
	if err := l.sealedBy(held.anchor, l.anchor); err != nil {
		return invalid("TF-TRUST-11", "a new anchor needs the seal of the old one too: %v", err)
	}
	return nil
}

func (n *Node) differs(older *List) string {
	before := older.Nodes[n.ID]
	if before == nil {
		return ""
	}
	for kid, entry := range n.Keys {
		if held := before.Keys[kid]; held != nil &&
			(seal.Thumbprint(held.JWK) != seal.Thumbprint(entry.JWK) || held.Use != entry.Use) {
			return kid
		}
	}
	return ""
}

// Jurisdictions names all jurisdictions, sorted.
func (s *Store) Jurisdictions() []string { return slices.Sorted(maps.Keys(s.chains)) }

// Newest is the newest list of a jurisdiction, or nil.
func (s *Store) Newest(jurisdiction string) *List {
	chain := s.chains[jurisdiction]
	if len(chain) == 0 {
		return nil
	}
	return chain[len(chain)-1]
}

// All gives every list, oldest first within a jurisdiction.
func (s *Store) All() []*List {
	var found []*List
	for _, each := range s.Jurisdictions() {
		found = append(found, s.chains[each]...)
	}
	return found
}

// JurisdictionOf is the first label of a node id.
func JurisdictionOf(node string) string {
	first, _, _ := strings.Cut(node, ".")
	return first
}

// Node is what the newest list says of a node, or nil.
func (s *Store) Node(id string) *Node {
	if list := s.Newest(JurisdictionOf(id)); list != nil {
		return list.Nodes[id]
	}
	return nil
}

// Key finds a key in any list, also one that a newer list leaves out.
func (s *Store) Key(kid string) *seal.Key {
	if found := s.history(kid); found != nil {
		return found.Key
	}
	return nil
}

// history is what all lists together say of a key (TF-TRUST-16, TF-TRUST-17).
func (s *Store) history(kid string) *KeyEntry {
	var made *KeyEntry
	var said time.Time
	for _, list := range s.chains[JurisdictionOf(kid)] {
		var entry *KeyEntry
		if node := list.Nodes[seal.NodeOf(kid)]; node != nil {
			entry = node.Keys[kid]
		}
		switch {
		case entry != nil:
			since, was, at := time.Time{}, false, said
			if made != nil {
				since, was = made.CompromisedSince, made.compromised
			}
			copied := *entry
			if entry.compromised && !was {
				at = list.IssuedAt
			}
			if was && (!entry.compromised || since.Before(entry.CompromisedSince)) {
				copied.compromised, copied.CompromisedSince = true, since
			}
			made, said = &copied, at
		case made != nil && !made.absent:
			made.absent = true
			if !made.retired || made.RetiredAt.After(list.IssuedAt) {
				made.retired, made.RetiredAt = true, list.IssuedAt
			}
		}
	}
	if made != nil {
		made.saidAt(said)
	}
	return made
}

func (k *KeyEntry) saidAt(at time.Time) { k.told = at }

// Status judges a key at a moment for octets that a witness of another jurisdiction saw (zero: none did).
func (s *Store) Status(kid string, at, witnessed time.Time) string {
	key := s.history(kid)
	if key == nil {
		return "unknown"
	}
	moment := at
	if !witnessed.IsZero() && witnessed.Before(at) {
		moment = witnessed
	}
	if key.compromised && (witnessed.IsZero() || !witnessed.Before(key.CompromisedSince)) {
		if !witnessed.IsZero() && witnessed.Before(key.told) {
			return "disputed"
		}
		return "compromised"
	}
	switch {
	case moment.Before(key.NotBefore):
		return "not-yet-valid"
	case key.retired && !moment.Before(key.RetiredAt):
		return "retired"
	case moment.After(key.NotAfter):
		return "expired"
	}
	return "valid"
}

var codes = map[string]string{
	"compromised": "TF-TRUST-14", "not-yet-valid": "TF-TRUST-13", "retired": "TF-TRUST-13", "expired": "TF-TRUST-13",
}

// Good refuses a key that does not count at a moment, or whose jurisdiction's list is over (TF-TRUST-12 to 17).
func (s *Store) Good(kid string, now time.Time) error {
	list := s.Newest(JurisdictionOf(kid))
	if list == nil {
		return refuse.As("unknown-signer", "TF-SEAL-10", "no trust list names %s", kid)
	}
	if !now.Before(list.ExpiresAt.Add(grace)) {
		return refuse.As("trust-list-stale", "TF-TRUST-12", "the list of %s expired more than 72 h ago", list.Jurisdiction)
	}
	status := s.Status(kid, now, time.Time{})
	if requirement := codes[status]; requirement != "" {
		return refuse.As("key-"+status, requirement, "%s is %s", kid, strings.ReplaceAll(status, "-", " "))
	}
	return nil
}

// Holds says whether a jurisdiction holds a territory.
func (s *Store) Holds(jurisdiction, territory string) bool {
	list := s.Newest(jurisdiction)
	return list != nil && slices.Contains(list.Territories, territory)
}
