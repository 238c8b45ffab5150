package node

import (
	"slices"
	"time"

	"threeflow.example/goimport/internal/merkle"
	"threeflow.example/goimport/internal/octets"
	"threeflow.example/goimport/internal/process"
	"threeflow.example/goimport/internal/seal"
	"threeflow.example/goimport/internal/standard"
)

// key is one number by which a subject is known, with the window in which it means it.
type key struct {
	Scheme string `json:"scheme"`
	Issuer string `json:"issuer"`
	Value  string `json:"value"`
	Window any    `json:"window,omitempty"`
}

func (k key) name() string { return k.Scheme + "\x00" + k.Issuer + "\x00" + k.Value }

// meets says whether two keys mean one subject: their windows, where both have one, overlap.
func (k key) meets(other key) bool {
	if k.name() != other.name() {
		return false
	}
	if k.Window == nil || other.Window == nil {
		return true
	}
	from, until := window(k.Window)
	from2, until2 := window(other.Window)
	return !from.After(until2) && !from2.After(until)
}

func window(raw any) (time.Time, time.Time) {
	from, _ := time.Parse(time.RFC3339Nano, process.Text(raw, "/from"))
	until, _ := time.Parse(time.RFC3339Nano, process.Text(raw, "/until"))
	return from, until
}

// subject is a case, consignment, movement, account or record.
type subject struct {
	id, kind string
	keys     []key
	holds    []*held
	order    int
	became   *subject
}

// held is a document that was taken in.
type held struct {
	*taken
	envelope *seal.Envelope
	payload  map[string]any
	document *process.Document
	digest   string
	issuer   string
	id       string
	name     string
	kind     string
	receipt  []byte
	index    int
	subjects []*subject
	ended    bool
}

func (h *held) reference() map[string]any {
	return map[string]any{"type": h.name, "issuer": h.issuer, "id": h.id, "digest": h.digest}
}

// parties are those who may read a document and find it in their feeds (TF-INTAKE-29).
func (h *held) parties() []string {
	found := []string{h.issuer}
	for _, member := range []string{"/header/receivers", "/header/subscribers"} {
		list, _ := process.At(h.payload, member).([]any)
		for _, each := range list {
			if text, _ := each.(string); !slices.Contains(found, text) {
				found = append(found, text)
			}
		}
	}
	return found
}

// memory is what the entries of the journal say, ready to be asked.
type memory struct {
	table      *standard.Table
	byID       map[string]*held
	byDigest   map[string]*held
	inOrder    []*held
	subjects   []*subject
	claims     map[string][]*claim
	confirming []*held
	giver      func(key) string
	bySubject  map[string]*subject
	feeds      map[string][][]byte
	leaves     [][]byte
	receipts   []*held
	checkpoint []byte
	made       int64
	logs       map[string]*seenLog
	owed       map[string]*owed
	witnesses  map[string][]*witness
	bundles    map[string]*heldBundle
}

func newMemory(table *standard.Table, giver func(key) string) *memory {
	return &memory{
		table: table, giver: giver, byID: map[string]*held{}, byDigest: map[string]*held{}, claims: map[string][]*claim{},
		bySubject: map[string]*subject{}, feeds: map[string][][]byte{}, logs: map[string]*seenLog{},
		owed: map[string]*owed{}, witnesses: map[string][]*witness{}, bundles: map[string]*heldBundle{},
	}
}

// apply adds an entry; the same entries give the same memory.
func (m *memory) apply(e *entry) error {
	if e.Taken != nil {
		if err := m.take(e.Taken); err != nil {
			return err
		}
	}
	for _, each := range e.Filed {
		m.file(each)
	}
	for _, each := range e.Outcomes {
		h := m.byDigest[each.Digest]
		h.Outcome = each.Outcome
		h.ended = h.ended || (each.Outcome == "no-effect" && !h.WaitsUntil.IsZero())
	}
	for _, each := range e.Events {
		m.feeds[each.Party] = append(m.feeds[each.Party], each.Text)
	}
	for _, each := range e.Owed {
		m.owed[each.key()] = each
	}
	for _, each := range e.Settled {
		delete(m.owed, each)
	}
	if e.Checkpoint != nil {
		if err := m.check(e.Checkpoint); err != nil {
			return err
		}
	}
	if e.Seen != nil {
		m.logs[e.Seen.Log] = e.Seen
	}
	if e.Witness != nil {
		m.witnesses[e.Witness.Checkpoint] = append(m.witnesses[e.Witness.Checkpoint], e.Witness)
	}
	if e.Dossier != nil {
		m.bundles[e.Dossier.Digest] = e.Dossier
	}
	return nil
}

func (m *memory) take(of *taken) error {
	envelope, err := seal.ReadEnvelope(of.Envelope)
	if err != nil {
		return err
	}
	payload, err := octets.ParseObject(envelope.Payload)
	if err != nil {
		return err
	}
	receipt, err := seal.ReadEnvelope(of.Receipt)
	if err != nil {
		return err
	}
	h := &held{
		taken: of, envelope: envelope, payload: payload, digest: octets.Digest(envelope.Payload), index: -1,
		issuer: process.Text(payload, "/header/issuer"), id: process.Text(payload, "/header/id"),
		name: process.Text(payload, "/header/type"), kind: process.Text(payload, "/header/kind"), receipt: receipt.Payload,
	}
	h.document = process.Read(m.table, payload, h.digest)
	m.hold(h)
	if of.Leaf {
		h.index = len(m.leaves)
		m.leaves = append(m.leaves, merkle.Leaf(receipt.Payload))
		m.receipts = append(m.receipts, h)
	}
	return nil
}

func (m *memory) hold(h *held) {
	m.byID[h.issuer+"/"+h.id], m.byDigest[h.digest] = h, h
	m.inOrder = append(m.inOrder, h)
	if h.document != nil && h.document.Said.DoesConfirm() {
		m.confirming = append(m.confirming, h)
	}
}

// file puts a document under a subject, and makes one of those that it joins: the earlier stays (TF-INTAKE-24).
func (m *memory) file(of filing) {
	at := m.subjectOf(of.Subject)
	if at == nil {
		at = &subject{id: of.Subject, kind: of.Kind, order: len(m.subjects)}
		m.subjects = append(m.subjects, at)
		m.bySubject[of.Subject] = at
	}
	for _, set := range of.Joins {
		for _, each := range set[1:] {
			m.join(m.subjectOf(set[0]), m.subjectOf(each))
		}
	}
	at = m.subjectOf(of.Subject)
	h := m.byDigest[of.Digest]
	for _, each := range of.Keys {
		m.claim(at, each, h.issuer)
	}
	for _, each := range of.Titles {
		m.giveTitle(at.kind, each)
	}
	if !slices.Contains(at.holds, h) {
		at.holds = append(at.holds, h)
		h.subjects = append(h.subjects, at)
	}
}

func (m *memory) check(raw []byte) error {
	envelope, err := seal.ReadEnvelope(raw)
	if err != nil {
		return err
	}
	payload, err := octets.ParseObject(envelope.Payload)
	if err != nil {
		return err
	}
	m.checkpoint = raw
	m.made, _ = payload["size"].(int64)
	return nil
}
