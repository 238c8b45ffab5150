// Package trust reads trust lists and says whom to trust, for what and when (page *Trust lists*).
package trust

import (
	"slices"
	"strings"
	"time"

	"threeflow.example/goimport/internal/octets"
	"threeflow.example/goimport/internal/refuse"
	"threeflow.example/goimport/internal/seal"
)

const (
	largest = 8 << 20
	ahead   = 60 * time.Second
	grace   = 72 * time.Hour
)

// Office is an office of a node: where it may act, and what it may do there.
type Office struct {
	List, Code             string
	Positions, Competences []string
}

// KeyEntry is a key with its life.
type KeyEntry struct {
	*seal.Key
	NotBefore, NotAfter          time.Time
	RetiredAt, CompromisedSince  time.Time
	retired, compromised, absent bool
	told                         time.Time
}

// Node is what one list says of one node.
type Node struct {
	ID, Endpoint, Via string
	Roles             []string
	Offices           []Office
	Keys              map[string]*KeyEntry
	required          []algorithms
}

type algorithms struct {
	from  time.Time
	names []string
}

// List is one trust list.
type List struct {
	Jurisdiction, Digest, Previous string
	Sequence                       int64
	IssuedAt, ExpiresAt            time.Time
	Territories                    []string
	Nodes                          map[string]*Node
	Order                          []string
	Raw                            []byte
	anchorKid, anchorPrint         string
	anchor                         *seal.Key
	nextAnchor                     string
	envelope                       *seal.Envelope
}

func invalid(requirement, format string, values ...any) error {
	return refuse.As("trust-list-invalid", requirement, format, values...)
}

// Time reads an RFC 3339 time that a schema has admitted.
func Time(raw any) time.Time {
	text, _ := raw.(string)
	found, _ := time.Parse(time.RFC3339Nano, text)
	return found
}

func texts(raw any) []string {
	list, _ := raw.([]any)
	found := make([]string, 0, len(list))
	for _, each := range list {
		text, _ := each.(string)
		found = append(found, text)
	}
	return found
}

func text(object map[string]any, name string) string {
	found, _ := object[name].(string)
	return found
}

// Valid judges a payload against the schema of a name; no violation, no error.
type Valid func(schema string, value any) []refuse.Violation

// readList reads a list by itself: form, environment, names, keys (TF-TRUST-1 to 6, TF-SEAL-14).
func readList(raw []byte, environment string, valid Valid) (*List, error) {
	if len(raw) > largest {
		return nil, refuse.As("too-large", "TF-TRUST-1", "the list has more than 8 MiB")
	}
	envelope, err := seal.ReadEnvelope(raw)
	if err != nil {
		return nil, invalid("TF-TRUST-1", "the list is no envelope: %v", err)
	}
	payload, err := octets.ParseObject(envelope.Payload)
	if err != nil {
		return nil, invalid("TF-TRUST-1", "the list is no strict JSON: %v", err)
	}
	if broken := valid("trust-list", payload); broken != nil {
		return nil, invalid("TF-TRUST-1", "%s: %s", broken[0].Pointer, broken[0].Rule)
	}
	header := payload["header"].(map[string]any)
	if header["environment"] != environment {
		return nil, refuse.As("wrong-environment", "TF-TRUST-2", "the list is of %v", header["environment"])
	}
	made := &List{
		Jurisdiction: text(payload, "jurisdiction"), Digest: octets.Digest(envelope.Payload),
		Previous: text(payload, "previous"), Sequence: payload["sequence"].(int64),
		IssuedAt: Time(payload["issuedAt"]), ExpiresAt: Time(payload["expiresAt"]),
		Territories: texts(payload["territories"]), Nodes: map[string]*Node{}, Raw: raw, envelope: envelope,
	}
	if !made.within(text(header, "issuer")) {
		return nil, invalid("TF-TRUST-3", "the issuer %v is outside %s", header["issuer"], made.Jurisdiction)
	}
	if err := made.readAnchors(payload); err != nil {
		return nil, err
	}
	return made, made.readNodes(payload["nodes"].([]any))
}

func (l *List) within(node string) bool {
	first, _, _ := strings.Cut(node, ".")
	return first == l.Jurisdiction
}

func (l *List) readAnchors(payload map[string]any) error {
	said := payload["anchor"].(map[string]any)
	l.anchorKid = text(said, "kid")
	var err error
	l.anchor, err = seal.ReadKey(l.anchorKid, "seal", text(said, "alg"), said["jwk"].(map[string]any))
	if err != nil {
		return invalid("TF-SEAL-14", "the anchor: %v", err)
	}
	if !l.within(seal.NodeOf(l.anchorKid)) {
		return invalid("TF-TRUST-3", "the anchor %s is outside %s", l.anchorKid, l.Jurisdiction)
	}
	l.anchorPrint = seal.Thumbprint(l.anchor.JWK)
	if next, there := payload["nextAnchor"].(map[string]any); there {
		if _, err := seal.ReadKey(text(next, "kid"), "seal", text(next, "alg"), next["jwk"].(map[string]any)); err != nil {
			return invalid("TF-SEAL-14", "the next anchor: %v", err)
		}
		l.nextAnchor = seal.Thumbprint(next["jwk"].(map[string]any))
	}
	return nil
}

func (l *List) readNodes(said []any) error {
	prints := map[string]bool{l.anchorPrint: true}
	kids := map[string]bool{l.anchorKid: true}
	for _, each := range said {
		node, err := l.readNode(each.(map[string]any), prints, kids)
		if err != nil {
			return err
		}
		if l.Nodes[node.ID] != nil {
			return invalid("TF-TRUST-4", "%s is named twice", node.ID)
		}
		l.Nodes[node.ID] = node
		l.Order = append(l.Order, node.ID)
	}
	for _, node := range l.Nodes {
		if node.Endpoint != "" && node.Via != "" {
			return invalid("TF-TRUST-6", "%s has both an endpoint and a via", node.ID)
		}
		if way := l.Nodes[node.Via]; node.Via != "" && (way == nil || way.Endpoint == "") {
			return invalid("TF-TRUST-6", "the via of %s is no node of the list with an endpoint", node.ID)
		}
	}
	return nil
}

func (l *List) readNode(said map[string]any, prints, kids map[string]bool) (*Node, error) {
	node := &Node{
		ID: text(said, "id"), Endpoint: text(said, "endpoint"), Via: text(said, "via"), Roles: texts(said["roles"]),
		Keys: map[string]*KeyEntry{},
	}
	if !l.within(node.ID) {
		return nil, invalid("TF-TRUST-3", "%s is outside %s", node.ID, l.Jurisdiction)
	}
	for _, raw := range said["offices"].([]any) {
		office := raw.(map[string]any)
		node.Offices = append(node.Offices, Office{
			text(office, "list"), text(office, "code"), texts(office["positions"]), texts(office["competences"]),
		})
	}
	for _, raw := range said["requiredAlgorithms"].([]any) {
		entry := raw.(map[string]any)
		node.required = append(node.required, algorithms{Time(entry["from"]), texts(entry["algorithms"])})
	}
	for _, raw := range said["keys"].([]any) {
		entry, err := readEntry(raw.(map[string]any))
		if err != nil {
			return nil, err
		}
		if seal.NodeOf(entry.Kid) != node.ID {
			return nil, invalid("TF-TRUST-3", "%s stands under %s", entry.Kid, node.ID)
		}
		print := seal.Thumbprint(entry.JWK)
		if prints[print] || kids[entry.Kid] {
			return nil, invalid("TF-TRUST-4", "%s or its key is named twice", entry.Kid)
		}
		prints[print], kids[entry.Kid] = true, true
		node.Keys[entry.Kid] = entry
	}
	return node, nil
}

func readEntry(said map[string]any) (*KeyEntry, error) {
	key, err := seal.ReadKey(text(said, "kid"), text(said, "use"), text(said, "alg"), said["jwk"].(map[string]any))
	if err != nil {
		return nil, invalid("TF-SEAL-14", "%v: %v", said["kid"], err)
	}
	entry := &KeyEntry{Key: key, NotBefore: Time(said["notBefore"]), NotAfter: Time(said["notAfter"])}
	if entry.NotAfter.Before(entry.NotBefore) {
		return nil, invalid("TF-TRUST-5", "%s ends before it begins", key.Kid)
	}
	if _, entry.retired = said["retiredAt"]; entry.retired {
		entry.RetiredAt = Time(said["retiredAt"])
	}
	if _, entry.compromised = said["compromisedSince"]; entry.compromised {
		entry.CompromisedSince = Time(said["compromisedSince"])
	}
	return entry, nil
}

// Required are the algorithms with which a node must seal at a moment.
func (n *Node) Required(at time.Time) []string {
	var found []string
	var since time.Time
	for _, each := range n.required {
		if !each.from.After(at) && !each.from.Before(since) {
			found, since = each.names, each.from
		}
	}
	return found
}

// Has says whether a node has one of some roles; `any` stands for every role.
func (n *Node) Has(roles ...string) bool {
	for _, each := range roles {
		if each == "any" || slices.Contains(n.Roles, each) {
			return true
		}
	}
	return false
}
