package node

import (
	"crypto/rand"
	"maps"
	"slices"
	"time"

	"threeflow.example/goimport/internal/octets"
	"threeflow.example/goimport/internal/process"
	"threeflow.example/goimport/internal/refuse"
)

// finding is what a receipt says that was found.
type finding struct {
	Rule       string            `json:"rule"`
	Severity   string            `json:"severity,omitempty"`
	Verdict    string            `json:"verdict,omitempty"`
	Pointer    string            `json:"pointer"`
	Parameters map[string]any    `json:"parameters,omitempty"`
	Message    map[string]string `json:"message"`
}

// counted are the documents of some subjects that have, or may yet have, an effect.
func counted(of []*subject) []*process.Document {
	var found []*process.Document
	seen := map[*held]bool{}
	for _, one := range of {
		for _, h := range one.holds {
			if !h.ended && !seen[h] {
				seen[h] = true
				found = append(found, h.document)
			}
		}
	}
	return found
}

// around is what the fold of a subject may know beyond its own documents.
func (n *Node) around(documents []*process.Document, deep bool) process.Surroundings {
	found := process.Surroundings{Held: func(digest string) *process.Outside {
		h := n.memory.byDigest[digest]
		if h == nil {
			return nil
		}
		made := &process.Outside{
			Kind: h.kind, States: map[string]string{}, Facts: map[string]any{},
			Applied: !h.ended && (h.Outcome == "accepted" || h.Outcome == "flagged"),
		}
		if h.document != nil {
			made.Facts = h.document.Facts
		}
		for _, one := range h.subjects {
			if deep {
				inner := counted([]*subject{one})
				made.States = whole(process.Fold(n.guards, one.kind, inner, n.around(inner, false)))
			}
		}
		return made
	}}
	for _, d := range documents {
		found.Agencies = append(found.Agencies, n.standard.Agencies[process.Text(d.Payload, "/header/profile")]["import"]...)
	}
	return found
}

// whole gives the tracks on which all portions agree.
func whole(state *process.State) map[string]string {
	found := maps.Clone(state.Portions[0].States)
	for _, each := range state.Portions[1:] {
		maps.DeleteFunc(found, func(track, at string) bool { return each.States[track] != at })
	}
	return found
}

// decide folds the document into its subjects and commits what comes of it.
func (n *Node) decide(s *submission) (*answer, error) {
	places := n.places(s)
	outcome := "accepted"
	if s.document != nil && len(places) == 0 {
		outcome = "pending"
		s.add(n.words("reference-awaited", nil))
	}
	for _, each := range places {
		documents := append(counted(each.there), s.document)
		for _, h := range n.memory.adrift(s.digest) {
			documents = append(documents, h.document)
		}
		each.state = process.Fold(n.guards, each.kind, documents, n.around(documents, true))
		came := each.state.Outcome(s.document)
		if came == "wrong-state" || came == "scope-exceeded" {
			return nil, refuse.As(came, "TF-INTAKE-20", "%s", each.state.Results[s.digest].Waits)
		}
		for _, code := range each.state.Results[s.digest].Findings {
			s.add(n.words(code, s.document))
		}
		if rank[came] > rank[outcome] {
			outcome = came
		}
	}
	if outcome == "accepted" && s.irregular() {
		outcome = "flagged"
	}
	return n.commit(s, places, outcome)
}

var rank = map[string]int{"accepted": 0, "pending": 1, "no-effect": 2, "flagged": 3}

func (s *submission) add(of finding) {
	for _, each := range s.findings {
		if each.Rule == of.Rule && each.Pointer == of.Pointer {
			return
		}
	}
	s.findings = append(s.findings, of)
}

// irregular says whether a rule of severity error is broken.
func (s *submission) irregular() bool {
	return slices.ContainsFunc(s.findings, func(one finding) bool { return one.Severity == "error" && one.Verdict == "fail" })
}

// words are what the table says of a finding's code.
func (n *Node) words(code string, d *process.Document) finding {
	words := n.standard.Table.Findings[code]
	if d != nil {
		for _, each := range d.Said.Findings {
			if each.Code == code {
				words = each.Words
			}
		}
	}
	return finding{Rule: code, Pointer: "", Message: words.Map()}
}

// commit writes the document and all that follows from it in one entry, and gives the receipt once that is durable.
func (n *Node) commit(s *submission, places []*place, outcome string) (*answer, error) {
	leaf := s.document != nil || s.text("/header/type") == headType
	receipt, err := n.receipt(s, places, outcome, leaf)
	if err != nil {
		return nil, err
	}
	e := &entry{Taken: &taken{Envelope: s.envelope.Raw, Receipt: receipt, Outcome: outcome, At: s.now, Leaf: leaf}, Dossier: n.kept}
	if outcome == "pending" {
		e.Taken.WaitsUntil = n.waitsUntil(s.now)
	}
	for _, each := range places {
		e.Filed = append(e.Filed, filing{s.digest, each.id, each.keys, each.kind, each.joins, each.titles})
		for _, h := range n.memory.adrift(s.digest) {
			e.Filed = append(e.Filed, filing{Digest: h.digest, Subject: each.id, Kind: each.kind})
		}
	}
	if err := n.memory.apply(e); err != nil {
		return nil, err
	}
	more := n.consequences(s, outcome, places)
	if err := n.memory.apply(more); err != nil {
		return nil, err
	}
	e.Outcomes, e.Events, e.Owed = more.Outcomes, more.Events, more.Owed
	if err := n.journal.append(e); err != nil {
		// Memory is ahead of what is durable: from here on nothing may be said but that.
		n.broken = true
		return nil, err
	}
	n.announce(e)
	status := 201
	if outcome == "pending" {
		status = 202
	}
	return &answer{status, jose, receipt, nil}, nil
}

func (n *Node) waitsUntil(at time.Time) time.Time {
	return at.Add(time.Duration(n.PendingSeconds) * time.Second).UTC().Truncate(time.Microsecond)
}

// receipt seals what became of a document (page *Receipts and refusals*).
func (n *Node) receipt(s *submission, places []*place, outcome string, leaf bool) ([]byte, error) {
	salt := make([]byte, 16)
	if _, err := rand.Read(salt); err != nil {
		return nil, err
	}
	value := map[string]any{
		"header": n.artefact("receipt", map[string]any{"receivers": []string{s.issuer()}}),
		"document": map[string]any{
			"issuer": s.issuer(), "id": s.text("/header/id"), "digest": s.digest, "type": s.text("/header/type"),
			"kids": s.envelope.Kids(),
		},
		"outcome": outcome, "findings": s.findings, "trustLists": n.newestLists(), "salt": octets.Encode(salt),
	}
	if s.findings == nil {
		value["findings"] = []finding{}
	}
	if len(places) > 0 {
		value["subject"] = map[string]any{"kind": places[0].kind, "id": places[0].id}
	}
	if outcome == "pending" {
		value["waitsUntil"] = stamp(n.waitsUntil(s.now))
	}
	if leaf {
		value["log"] = map[string]any{"id": n.Node, "index": len(n.memory.leaves)}
	}
	envelope, _, err := n.sealed(value)
	return envelope, err
}

func (n *Node) newestLists() []string {
	found := []string{}
	for _, each := range n.trust.Jurisdictions() {
		found = append(found, n.trust.Newest(each).Digest)
	}
	return found
}
