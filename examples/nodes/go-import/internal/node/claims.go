package node

import (
	"cmp"
	"fmt"
	"slices"
)

// claim is one issuer's use of one key: the subject of its documents, and whether it has title to the key.
type claim struct {
	key      key
	claimant string
	subject  *subject
	titled   bool
}

// title says in the journal that a claim has title.
type title struct {
	Key      key    `json:"key"`
	Claimant string `json:"claimant"`
}

func (k key) same(other key) bool {
	return k.name() == other.name() && fmt.Sprint(k.Window) == fmt.Sprint(other.Window)
}

func (c *claim) is(of key, claimant string) bool { return c.claimant == claimant && c.key.same(of) }

// claimsTo gives the claims to a key, in the order in which they were made.
func (m *memory) claimsTo(kind string, of key) []*claim {
	var found []*claim
	for _, each := range m.claims[kind+"\x00"+of.name()] {
		if each.key.meets(of) {
			found = append(found, each)
		}
	}
	return found
}

// claim writes down that an issuer names a subject by a key; without title at first.
func (m *memory) claim(at *subject, of key, claimant string) {
	if !slices.ContainsFunc(at.keys, of.same) {
		at.keys = append(at.keys, of)
	}
	name := at.kind + "\x00" + of.name()
	if !slices.ContainsFunc(m.claims[name], func(each *claim) bool { return each.is(of, claimant) }) {
		m.claims[name] = append(m.claims[name], &claim{of, claimant, at, false})
	}
}

func (m *memory) giveTitle(kind string, to title) {
	for _, each := range m.claims[kind+"\x00"+to.Key.name()] {
		if each.is(to.Key, to.Claimant) {
			each.titled = true
		}
	}
}

// subjectOf finds a subject by its id, or the one that it became.
func (m *memory) subjectOf(id string) *subject {
	found := m.bySubject[id]
	for found != nil && found.became != nil {
		found = found.became
	}
	return found
}

// join makes one of two subjects: the earlier stays (TF-INTAKE-24).
func (m *memory) join(at, other *subject) {
	if at == other {
		return
	}
	other.became = at
	for _, each := range other.keys {
		for _, one := range m.claims[at.kind+"\x00"+each.name()] {
			if one.subject == other {
				one.subject = at
			}
		}
		if !slices.ContainsFunc(at.keys, each.same) {
			at.keys = append(at.keys, each)
		}
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

// asked finds the subject that a key means to a caller: the key's, else that of its own claim, else another of which it
// may read a document; nil is as if nothing were held (TF-SUBJ-26).
func (m *memory) asked(kind string, of key, caller string) *subject {
	claims := m.claimsTo(kind, of)
	rank := func(one *claim) int {
		switch {
		case one.titled:
			return 0
		case one.claimant == caller:
			return 1
		}
		return 2
	}
	slices.SortStableFunc(claims, func(a, b *claim) int {
		return cmp.Or(rank(a)-rank(b), a.subject.order-b.subject.order)
	})
	for _, each := range claims {
		if slices.ContainsFunc(each.subject.holds, func(h *held) bool { return slices.Contains(h.parties(), caller) }) {
			return each.subject
		}
	}
	return nil
}
