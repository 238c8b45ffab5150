package node

import (
	"maps"
	"slices"
	"time"

	"threeflow.example/goimport/internal/process"
	"threeflow.example/goimport/internal/refuse"
	"threeflow.example/goimport/internal/trust"
)

func denied(requirement, format string, values ...any) error {
	return refuse.As("not-entitled", requirement, format, values...)
}

// entitled judges the rights of issuer and caller (TF-INTAKE-9 to 15, TF-TABLE-6, TF-DOS-6).
func (n *Node) entitled(s *submission, issuer *trust.Node) error {
	if s.artefact() {
		if s.text("/header/type") == headType && !issuer.Has("customs") &&
			(s.text("/header/purpose") == "release-on-documents" || !issuer.Has("agency", "hub")) {
			return denied("TF-DOS-6", "%s may not cut such a dossier", issuer.ID)
		}
		return n.bringers(s)
	}
	if !issuer.Has(s.document.Said.Issuers...) {
		return denied("TF-INTAKE-9", "%s has none of the roles %v", issuer.ID, s.document.Said.Issuers)
	}
	for _, each := range s.document.NamedOf(s.document.Row.IssuerOf) {
		if each.Issuer != s.issuer() {
			return denied("TF-TABLE-6", "only %s may issue this about its document", each.Issuer)
		}
	}
	if err := n.office(s, issuer); err != nil {
		return err
	}
	if err := n.position(s); err != nil {
		return err
	}
	if err := n.bringers(s); err != nil {
		return err
	}
	return n.crosses(s)
}

func (n *Node) standing(s *submission) string {
	if own := s.document.Position(); own != "" {
		return own
	}
	for _, each := range s.document.NamedOf(s.document.Row.PositionOf...) {
		if named := n.memory.byDigest[each.Digest]; named != nil && named.document != nil {
			return named.document.Position()
		}
	}
	return ""
}

// office wants the office that an act names, with its competence, at its position (TF-INTAKE-10).
func (n *Node) office(s *submission, issuer *trust.Node) error {
	row := s.document.Row
	if row.Nature != "act" || row.Office == "" {
		return nil
	}
	office := process.At(s.payload, row.Office)
	list, code, position := process.Text(office, "/list"), process.Text(office, "/code"), n.standing(s)
	competence := s.document.Said.Competence
	for _, each := range issuer.Offices {
		if each.List == list && each.Code == code && (position == "" || slices.Contains(each.Positions, position)) &&
			(competence == "" || slices.Contains(each.Competences, competence)) {
			return nil
		}
	}
	return denied("TF-INTAKE-10", "%s has no office %s/%s with the competence %q at %q", issuer.ID, list, code, competence, position)
}

// position wants the issuer's jurisdiction to hold the position at which it acts (TF-INTAKE-11).
func (n *Node) position(s *submission) error {
	fact := map[string]string{"export": "dispatchCountry", "import": "destinationCountry"}[n.standing(s)]
	if s.document.Row.Nature != "act" || fact == "" {
		return nil
	}
	country := n.country(s, fact)
	if country != "" && !n.trust.Holds(jurisdiction(s.issuer()), country) {
		return denied("TF-INTAKE-11", "%s does not hold the position of %s", jurisdiction(s.issuer()), country)
	}
	return nil
}

// country is what the latest document of the consignment, by ordering time, that states it says.
func (n *Node) country(s *submission, fact string) string {
	found, at := "", time.Time{}
	for _, one := range n.subjectsOf(s) {
		for _, h := range one.holds {
			text, _ := h.document.Facts[fact].(string)
			if text != "" && !h.ended && h.Outcome != "no-effect" && !h.document.At.Before(at) {
				found, at = text, h.document.At
			}
		}
	}
	return found
}

// bringers wants the right caller, and this node to have a part in it (TF-INTAKE-13, TF-INTAKE-14).
func (n *Node) bringers(s *submission) error {
	issuer, caller := n.trust.Node(s.issuer()), n.trust.Node(s.caller)
	receivers := texts(process.At(s.payload, "/header/receivers"))
	if caller == nil || !(s.caller == s.issuer() || slices.Contains(receivers, s.caller) || caller.Has("hub") || issuer.Via == s.caller) {
		return denied("TF-INTAKE-13", "%s may not bring a document of %s", s.caller, s.issuer())
	}
	self := n.trust.Node(n.Node)
	if s.issuer() == n.Node || slices.Contains(receivers, n.Node) || (self != nil && self.Has("hub")) || issuer.Via == n.Node {
		return nil
	}
	for _, each := range receivers {
		if way := n.trust.Node(each); way != nil && way.Via == n.Node {
			return nil
		}
	}
	return denied("TF-INTAKE-14", "%s is neither issuer nor receiver, nor the way to one", n.Node)
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

// crosses wants an agreement in force for what goes to another jurisdiction (TF-INTAKE-15).
func (n *Node) crosses(s *submission) error {
	agreements := n.standard.Table.Names["/header/agreement"]
	if s.document.Type == agreements {
		return nil
	}
	sides := map[string]bool{}
	for _, each := range texts(process.At(s.payload, "/header/receivers")) {
		if jurisdiction(each) != jurisdiction(s.issuer()) {
			sides[jurisdiction(each)] = true
		}
	}
	if len(sides) == 0 {
		return nil
	}
	named := process.At(s.payload, "/header/agreement")
	one := n.memory.byDigest[process.Text(named, "/digest")]
	if one == nil || one.name != agreements || one.id != process.Text(named, "/id") || one.issuer != process.Text(named, "/issuer") {
		return denied("TF-INTAKE-15", "no agreement is named that this node holds")
	}
	sides[jurisdiction(s.issuer())] = true
	for _, other := range n.memory.inOrder {
		if other.name == agreements && pair(one, other) && n.covers(s, sides, one, other) {
			return nil
		}
	}
	return denied("TF-INTAKE-15", "the agreement is not in force for this, between these, now")
}

// pair says whether two documents are the two sides of one agreement: one names the other (TF-SUBJ-21).
func pair(one, other *held) bool {
	names := func(a, b *held) bool {
		for _, each := range a.document.Names {
			if each.Digest == b.digest {
				return true
			}
		}
		return false
	}
	return jurisdiction(one.issuer) != jurisdiction(other.issuer) && (names(one, other) || names(other, one))
}

func (n *Node) covers(s *submission, sides map[string]bool, both ...*held) bool {
	left := maps.Clone(sides)
	for _, each := range both {
		delete(left, jurisdiction(each.issuer))
		facts := each.document.Facts
		until, _ := facts["validUntil"].(string)
		from, _ := facts["validFrom"].(string)
		begins, err := time.Parse(time.RFC3339Nano, from)
		if err != nil || s.now.Before(begins) || each.Outcome == "no-effect" {
			return false
		}
		if ends, err := time.Parse(time.RFC3339Nano, until); until != "" && (err != nil || s.now.After(ends)) {
			return false
		}
		if !slices.Contains(texts(facts["purposes"]), s.text("/header/purpose")) {
			return false
		}
		if offices, named := facts["offices"].([]any); named && !n.among(s, offices) {
			return false
		}
	}
	return len(left) == 0
}

func (n *Node) among(s *submission, offices []any) bool {
	own := process.At(s.payload, s.document.Row.Office)
	if s.document.Row.Office == "" || own == nil {
		return true
	}
	for _, each := range offices {
		if process.Text(each, "/list") == process.Text(own, "/list") && process.Text(each, "/code") == process.Text(own, "/code") {
			return true
		}
	}
	return false
}

// references wants those that the row asks, and held ones to be what they are called (TF-INTAKE-16, TF-INTAKE-17).
func (n *Node) references(s *submission) error {
	for _, group := range s.document.Must() {
		if len(s.document.NamedOf(group...)) == 0 {
			return refuse.As("reference-missing", "TF-INTAKE-16", "one of %v has to be named", group)
		}
	}
	for _, each := range s.document.Names {
		named := n.memory.byID[each.Issuer+"/"+each.ID]
		if named != nil && (named.digest != each.Digest || named.name != each.Type) {
			return refuse.As("reference-mismatch", "TF-INTAKE-17", "%s/%s is held as %s %s", each.Issuer, each.ID, named.name, named.digest)
		}
	}
	return nil
}
