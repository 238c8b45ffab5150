package node

import (
	"threeflow.example/goimport/internal/process"
)

// place is a subject under which a document is to be filed: one that is there, or a new one.
type place struct {
	id, kind string
	keys     []key
	there    []*subject
	joins    [][]string
	titles   []title
	state    *process.State
}

// places finds the subjects of a document by what it claims, or those of what it names where it inherits its subject.
func (n *Node) places(s *submission) []*place {
	if s.artefact() {
		return nil
	}
	var found []*place
	came := &held{payload: s.payload, document: s.document, digest: s.digest, issuer: s.issuer()}
	subjects, _ := process.At(s.payload, "/header/subjects").([]any)
	kind := s.document.Said.Subject
	if kind == "inherited" {
		for _, one := range n.memory.inherited(s.document) {
			found = append(found, n.memory.place(came, one.kind, nil, one))
		}
		return found
	}
	for _, each := range subjects {
		found = append(found, n.memory.place(came, kind, keysOf(each)))
	}
	return found
}

// place is that of a document which names some keys, and is about some subjects for another reason.
func (m *memory) place(came *held, kind string, keys []key, about ...*subject) *place {
	seen := m.look(came, kind, keys, about...)
	made := &place{id: newID(), kind: kind, keys: keys, there: seen.there(), joins: seen.joins(), titles: seen.given()}
	if len(made.there) > 0 {
		made.id = made.there[0].id
	}
	if len(made.there) > 1 {
		made.joins = append(made.joins, ids(made.there))
	}
	return made
}

func ids(of []*subject) []string {
	var found []string
	for _, each := range of {
		found = append(found, each.id)
	}
	return found
}

func keysOf(raw any) []key {
	list, _ := process.At(raw, "/keys").([]any)
	var found []key
	for _, each := range list {
		found = append(found, key{
			process.Text(each, "/scheme"), process.Text(each, "/issuer"), process.Text(each, "/value"),
			process.At(each, "/window"),
		})
	}
	return found
}

// inherited are the subjects of the document whose subject another shares: the first that it names of a type which its
// row requires, else the first that it names; never the agreement of its header (TF-SUBJ-1).
func (m *memory) inherited(d *process.Document) []*subject {
	if from := d.Bearer(m.table.Names); from != nil {
		if named := m.byDigest[from.Digest]; named != nil {
			return named.subjects
		}
	}
	return nil
}

func (n *Node) subjectsOf(s *submission) []*subject {
	var found []*subject
	for _, each := range n.places(s) {
		found = append(found, each.there...)
	}
	return found
}

// adrift are documents that wait under no subject for one that is named by a digest.
func (m *memory) adrift(digest string) []*held {
	var found []*held
	for _, h := range m.inOrder {
		if h.document == nil || len(h.subjects) > 0 || h.ended {
			continue
		}
		if from := h.document.Bearer(m.table.Names); from != nil && from.Digest == digest {
			found = append(found, h)
		}
	}
	return found
}
