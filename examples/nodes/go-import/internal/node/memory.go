package node

import (
	"fmt"
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
	byKey      map[string][]*subject
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

func newMemory(table *standard.Table) *memory {
	return &memory{
		table: table, byID: map[string]*held{}, byDigest: map[string]*held{}, byKey: map[string][]*subject{},
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
	m.byID[h.issuer+"/"+h.id], m.byDigest[h.digest] = h, h
	m.inOrder = append(m.inOrder, h)
	if of.Leaf {
		h.index = len(m.leaves)
		m.leaves = append(m.leaves, merkle.Leaf(receipt.Payload))
		m.receipts = append(m.receipts, h)
	}
	return nil
}

// file puts a document under a subject and joins to it every other that shares a key: the earlier stays (TF-INTAKE-24).
func (m *memory) file(of filing) {
	at := m.bySubject[of.Subject]
	if at == nil {
		at = &subject{id: of.Subject, kind: of.Kind, order: len(m.subjects)}
		m.subjects = append(m.subjects, at)
		m.bySubject[of.Subject] = at
	}
	for _, other := range m.matching(of.Kind, of.Keys) {
		if other != at {
			m.join(at, other)
		}
	}
	for _, each := range of.Keys {
		m.know(at, each)
	}
	h := m.byDigest[of.Digest]
	if !slices.Contains(at.holds, h) {
		at.holds = append(at.holds, h)
		h.subjects = append(h.subjects, at)
	}
}

func (m *memory) know(at *subject, each key) {
	for _, known := range at.keys {
		if known.name() == each.name() && fmt.Sprint(known.Window) == fmt.Sprint(each.Window) {
			return
		}
	}
	at.keys = append(at.keys, each)
	m.byKey[at.kind+"\x00"+each.name()] = append(m.byKey[at.kind+"\x00"+each.name()], at)
}

func (m *memory) join(at, other *subject) {
	m.bySubject[other.id] = at
	for _, each := range other.keys {
		name := at.kind + "\x00" + each.name()
		m.byKey[name] = slices.DeleteFunc(m.byKey[name], func(one *subject) bool { return one == other })
		m.know(at, each)
	}
	for _, h := range other.holds {
		h.subjects = slices.DeleteFunc(h.subjects, func(one *subject) bool { return one == other || one == at })
		h.subjects = append(h.subjects, at)
		if !slices.Contains(at.holds, h) {
			at.holds = append(at.holds, h)
		}
	}
	other.holds, other.keys = nil, nil
}

// matching finds the subjects of a kind that some keys mean, the earliest first.
func (m *memory) matching(kind string, keys []key) []*subject {
	var found []*subject
	for _, each := range keys {
		for _, one := range m.byKey[kind+"\x00"+each.name()] {
			for _, known := range one.keys {
				if known.meets(each) && !slices.Contains(found, one) {
					found = append(found, one)
				}
			}
		}
	}
	slices.SortFunc(found, func(a, b *subject) int { return a.order - b.order })
	return found
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
