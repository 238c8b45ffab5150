package node

import (
	"slices"

	"threeflow.example/goimport/internal/process"
)

// look finds what becomes one with a document that is being filed, and which claims then have title (TF-SUBJ-23 to
// TF-SUBJ-27). Title follows from the documents held, so it is looked for again with each one, until nothing more joins.
type look struct {
	memory *memory
	kind   string
	fresh  *subject // holds the document, as long as it is under no subject
	claims []*claim // those that the document makes
	sets   map[*subject][]*subject
	titles map[*claim]bool
	grown  bool
}

// look begins at a document: what it names by keys, and what it is about for another reason.
func (m *memory) look(came *held, kind string, keys []key, about ...*subject) *look {
	l := &look{memory: m, kind: kind, sets: map[*subject][]*subject{}, titles: map[*claim]bool{}}
	l.fresh = &subject{kind: kind, keys: keys, order: len(m.subjects), holds: append([]*held{came}, m.adrift(came.digest)...)}
	for _, each := range keys {
		l.claims = append(l.claims, &claim{each, came.issuer, l.fresh, false})
	}
	for _, each := range about {
		l.unite(l.fresh, each)
	}
	for l.grown = true; l.grown; {
		l.grown = false
		for _, each := range l.around() {
			l.at(each)
		}
	}
	return l
}

// there are the subjects that become one with the document, the earliest first.
func (l *look) there() []*subject { return l.set(l.fresh)[:len(l.set(l.fresh))-1] }

// joins are the ids of subjects that become one without the document, the earliest first in each.
func (l *look) joins() [][]string {
	var found [][]string
	done := map[*subject]bool{}
	for _, set := range l.sets {
		if done[set[0]] || slices.Contains(set, l.fresh) {
			continue
		}
		done[set[0]] = true
		found = append(found, ids(set))
	}
	return found
}

// given are the titles that the document gives.
func (l *look) given() []title {
	var found []title
	for each := range l.titles {
		found = append(found, title{each.key, each.claimant})
	}
	return found
}

func (l *look) set(of *subject) []*subject {
	if l.sets[of] == nil {
		return []*subject{of}
	}
	return l.sets[of]
}

func (l *look) unite(one, other *subject) {
	if slices.Contains(l.set(one), other) {
		return
	}
	l.grown = true
	all := append(slices.Clone(l.set(one)), l.set(other)...)
	slices.SortFunc(all, func(a, b *subject) int { return a.order - b.order })
	for _, each := range all {
		l.sets[each] = all
	}
}

// around are the keys to which title may change: those of what is joined, and of what the document names or is named by.
func (l *look) around() []key {
	subjects := slices.Clone(l.set(l.fresh))
	for _, each := range l.fresh.holds[0].document.Names {
		if named := l.memory.byDigest[each.Digest]; named != nil {
			subjects = append(subjects, named.subjects...)
		}
	}
	for each := range l.sets {
		subjects = append(subjects, each)
	}
	var found []key
	for _, one := range subjects {
		for _, each := range one.keys {
			if one.kind == l.kind && !slices.ContainsFunc(found, each.same) {
				found = append(found, each)
			}
		}
	}
	return found
}

// at looks at the claims to one key.
func (l *look) at(of key) {
	claims := l.memory.claimsTo(l.kind, of)
	for _, each := range l.claims {
		if each.key.meets(of) {
			claims = append(claims, each)
		}
	}
	giver := l.memory.giver(of)
	var titled []*claim
	for _, each := range claims {
		if each.titled || l.titles[each] {
			titled = append(titled, each)
		}
	}
	for _, each := range claims {
		if !slices.Contains(titled, each) && l.gains(each, giver, titled) {
			l.titles[each], l.grown = true, true
			titled = append(titled, each)
		}
	}
	for _, one := range claims {
		for _, other := range claims {
			if !one.key.meets(other.key) {
				continue
			}
			both := slices.Contains(titled, one) && slices.Contains(titled, other)
			if both || one.claimant == other.claimant || (giver == "" && l.linked(one, other)) {
				l.unite(one.subject, other.subject)
			}
		}
	}
}

// gains says whether a claim has title: by giving, being told, having been shown, or confirmation.
func (l *look) gains(of *claim, giver string, titled []*claim) bool {
	own := l.own(of)
	acts := slices.ContainsFunc(own, func(h *held) bool { return h.document.Row.Nature == "act" })
	if of.claimant == giver || (giver == "" && acts) {
		return true
	}
	var root []*held
	for _, each := range titled {
		root = append(root, l.documents(each)...)
	}
	told := slices.ContainsFunc(root, func(h *held) bool { return slices.Contains(h.parties(), of.claimant) })
	if told || names(own, root) {
		return true
	}
	return giver != "" && names(l.memory.confirmations(giver, l.fresh.holds), own)
}

// linked says whether a document of one claim names one of the other (TF-SUBJ-27).
func (l *look) linked(one, other *claim) bool { return names(l.own(one), l.documents(other)) }

// documents are those of the subject of a claim, with all that becomes one with it.
func (l *look) documents(of *claim) []*held {
	var found []*held
	for _, each := range l.set(of.subject) {
		found = append(found, each.holds...)
	}
	return found
}

// own are the claimant's documents in the subject of its claim.
func (l *look) own(of *claim) []*held {
	return slices.DeleteFunc(l.documents(of), func(h *held) bool { return h.issuer != of.claimant })
}

// names says whether one of some documents names one of others by digest.
func names(some, others []*held) bool {
	return slices.ContainsFunc(some, func(one *held) bool {
		return slices.ContainsFunc(one.document.Names, func(each process.Named) bool {
			return slices.ContainsFunc(others, func(h *held) bool { return h.digest == each.Digest })
		})
	})
}

// confirmations are the documents of a giver that confirm claims, those that are being filed among them.
func (m *memory) confirmations(giver string, filed []*held) []*held {
	var found []*held
	for _, each := range append(slices.Clone(m.confirming), filed...) {
		if each.issuer == giver && each.document.Said.DoesConfirm() {
			found = append(found, each)
		}
	}
	return found
}

// giver is the node that gave out a key; empty where no listed node of a role that the table names for the scheme did.
func (n *Node) giver(of key) string {
	listed := n.trust.Node(of.Issuer)
	roles := n.standard.Table.Keys[of.Scheme].GivenBy
	if listed == nil || !listed.Has(roles...) {
		return ""
	}
	return of.Issuer
}
