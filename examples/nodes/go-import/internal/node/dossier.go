package node

import (
	"slices"
	"strings"
	"time"

	"threeflow.example/goimport/internal/merkle"
	"threeflow.example/goimport/internal/octets"
	"threeflow.example/goimport/internal/process"
	"threeflow.example/goimport/internal/refuse"
	"threeflow.example/goimport/internal/seal"
)

// validity is for how long a dossier that this node cuts may be relied on.
const validity = 30 * 24 * time.Hour

// order is what a caller asks for.
type order struct {
	subject   key
	receivers []string
	purpose   string
	agreement any
}

func readOrder(body []byte) (*order, error) {
	said, err := octets.ParseObject(body)
	if err != nil {
		return nil, bad("the body is no strict JSON object: %v", err)
	}
	made := &order{
		subject: key{
			process.Text(said, "/subject/scheme"), process.Text(said, "/subject/issuer"), process.Text(said, "/subject/value"), nil,
		},
		receivers: texts(said["receivers"]), purpose: process.Text(said, "/purpose"), agreement: said["agreement"],
	}
	for name := range said {
		if !slices.Contains([]string{"subject", "receivers", "purpose", "agreement"}, name) {
			return nil, bad("the member %s is not expected", name)
		}
	}
	fit := made.subject.Value != "" && made.purpose != "" && len(made.receivers) > 0 && len(made.receivers) <= 16
	for _, each := range made.receivers {
		fit = fit && nodeForm.MatchString(each)
	}
	if made.agreement != nil {
		fit = fit && octets.IsDigest(process.Text(made.agreement, "/digest")) && idForm.MatchString(process.Text(made.agreement, "/id")) &&
			nodeForm.MatchString(process.Text(made.agreement, "/issuer"))
	}
	if !fit {
		return nil, bad("a dossier is asked for by subject, receivers, purpose and perhaps agreement")
	}
	return made, nil
}

// postDossier cuts a dossier of a consignment (page *Dossier*).
func (n *Node) postDossier(r *request) (*answer, error) {
	asked, err := readOrder(r.body)
	if err != nil {
		return nil, err
	}
	n.lock.Lock()
	defer n.lock.Unlock()
	if n.broken {
		return nil, errBroken
	}
	of := n.memory.asked("consignment", asked.subject, r.caller)
	if of == nil {
		return nil, nowhere()
	}
	if err := n.mayCut(asked); err != nil {
		return nil, err
	}
	if !n.readsAll(of, asked, r.caller) {
		return nil, nowhere()
	}
	n.checkpointNow()
	head, bundle, err := n.cut(of, asked)
	if err != nil {
		return nil, err
	}
	return n.give(head, bundle, asked)
}

// mayCut wants the role (TF-DOS-6), receivers that are listed, and an agreement where the dossier crosses (TF-DOS-8).
func (n *Node) mayCut(asked *order) error {
	self := n.trust.Node(n.Node)
	if self == nil || !(self.Has("customs") || (asked.purpose != "release-on-documents" && self.Has("agency", "hub"))) {
		return denied("TF-DOS-6", "this node may not cut a dossier for %s", asked.purpose)
	}
	for _, each := range asked.receivers {
		if n.trust.Node(each) == nil {
			return denied("TF-INTAKE-31", "no trust list names %s", each)
		}
		if jurisdiction(each) == jurisdiction(n.Node) {
			continue
		}
		held := n.memory.byDigest[process.Text(asked.agreement, "/digest")]
		if held == nil || held.name != n.standard.Table.Names["/header/agreement"] {
			return denied("TF-DOS-8", "a dossier for another jurisdiction names an agreement that is held")
		}
	}
	return nil
}

// readsAll says whether a caller is a party to every document that a dossier would hold, agreements apart (TF-DOS-35).
func (n *Node) readsAll(of *subject, asked *order, caller string) bool {
	if caller == n.Node {
		return true
	}
	agreed := map[string]bool{process.Text(asked.agreement, "/digest"): true}
	documents := n.belonging(of, process.Text(asked.agreement, "/digest"))
	for _, h := range documents {
		agreed[process.Text(h.payload, "/header/agreement/digest")] = true
	}
	return !slices.ContainsFunc(documents, func(h *held) bool {
		return !agreed[h.digest] && !slices.Contains(h.parties(), caller)
	})
}

// belonging are the documents of a consignment, and those that they name, in the order in which they were taken in; of
// another consignment none, and what records and accounts name ties nothing further (TF-DOS-16).
func (n *Node) belonging(of *subject, agreement string) []*held {
	in := map[*held]bool{}
	var next []*held
	for _, h := range of.holds {
		if !h.ended {
			in[h] = true
			next = append(next, h)
		}
	}
	for len(next) > 0 {
		h := next[0]
		next = next[1:]
		for _, each := range h.document.Names {
			other := n.memory.byDigest[each.Digest]
			if other == nil || in[other] || other.document == nil || other.index < 0 {
				continue
			}
			consignment := slices.ContainsFunc(other.subjects, func(one *subject) bool { return one.kind == of.kind })
			if consignment || other.ended {
				continue
			}
			in[other] = true
			if !slices.ContainsFunc(other.subjects, func(one *subject) bool { return one.kind == "record" || one.kind == "account" }) {
				next = append(next, other)
			}
		}
	}
	if h := n.memory.byDigest[agreement]; h != nil {
		in[h] = true
	}
	var found []*held
	for _, h := range n.memory.inOrder {
		if in[h] {
			found = append(found, h)
		}
	}
	return found
}

// cut writes head and bundle; the lock is held and the newest checkpoint covers every leaf.
func (n *Node) cut(of *subject, asked *order) ([]byte, []byte, error) {
	documents := n.belonging(of, process.Text(asked.agreement, "/digest"))
	size := int(n.memory.made)
	entries := make([]string, len(documents))
	named := make([]map[string]any, len(documents))
	inside := map[string]bool{}
	for index, h := range documents {
		inside[h.digest] = true
		envelope, withheld := h.withParts(func(part any) bool { return asked.gives(h, part) })
		proof := dump(struct {
			Index int      `json:"index"`
			Size  int      `json:"size"`
			Path  []string `json:"path"`
		}{h.index, size, digests(merkle.Inclusion(h.index, n.memory.leaves[:size]))})
		entries[index] = `{"document":` + string(envelope) + `,"receipt":` + string(h.Receipt) + `,"proof":` + string(proof) + `}`
		named[index] = map[string]any{
			"type": h.name, "kind": h.kind, "issuer": h.issuer, "id": h.id, "digest": h.digest, "withheldParts": withheld,
			"entry": digestOf([]byte(entries[index])),
		}
	}
	checkpoint, err := seal.ReadEnvelope(n.memory.checkpoint)
	if err != nil {
		return nil, nil, err
	}
	witnesses, seen := n.witnessesOf(octets.Digest(checkpoint.Payload))
	more := map[string]any{
		"receivers": asked.receivers, "subjects": []any{map[string]any{"keys": of.keys}}, "purpose": asked.purpose,
	}
	if asked.agreement != nil {
		more["agreement"] = asked.agreement
	}
	now := n.now()
	value := map[string]any{
		"asOf": stamp(now), "header": n.artefact(headType, more), "validUntil": stamp(now.Add(validity)),
		"documents": named, "withheld": []any{}, "witnesses": seen,
		"checkpoint": map[string]any{
			"digest": octets.Digest(checkpoint.Payload), "entry": digestOf(n.memory.checkpoint), "size": size,
		},
	}
	n.states(value, of, inside)
	head, _, err := n.sealed(value)
	bundle := `{"dossier":"1.0","head":` + string(head) + `,"documents":[` + strings.Join(entries, ",") + `],"checkpoint":` +
		string(n.memory.checkpoint) + `,"witnesses":[` + strings.Join(witnesses, ",") + `]}`
	return head, []byte(bundle), err
}

// witnessesOf are the receipts of other jurisdictions for a checkpoint, written and as the head names them.
func (n *Node) witnessesOf(checkpoint string) ([]string, []map[string]any) {
	written, seen := []string{}, []map[string]any{}
	for _, each := range n.memory.witnesses[checkpoint] {
		envelope, err := seal.ReadEnvelope(each.Receipt)
		if err != nil || jurisdiction(each.Peer) == jurisdiction(n.Node) {
			continue
		}
		text := seal.Written(envelope.PayloadText, envelope.Signatures, nil)
		written = append(written, string(text))
		seen = append(seen, map[string]any{"issuer": each.Peer, "entry": digestOf(text)})
	}
	return written, seen
}

// gives says whether a part may be used for the purpose of a dossier and given to all who get it (TF-DOS-28, TF-PART-14).
func (asked *order) gives(h *held, part any) bool {
	purposes, _ := process.At(part, "/purposes").([]any)
	if !slices.Contains(purposes, any(asked.purpose)) {
		return false
	}
	admitted := texts(process.At(part, "/receivers"))
	return len(admitted) == 0 || !slices.ContainsFunc(asked.receivers, func(each string) bool {
		return each != h.issuer && !slices.Contains(admitted, each)
	})
}

// withParts writes an envelope with those of its parts that are given, and names the others.
func (h *held) withParts(given func(part any) bool) ([]byte, []string) {
	found, withheld := []string{}, []string{}
	bindings, _ := process.At(h.payload, "/header/parts").([]any)
	for _, each := range bindings {
		index := slices.IndexFunc(h.envelope.Parts, func(part []byte) bool {
			return octets.Digest(part) == process.Text(each, "/digest")
		})
		if index >= 0 && given(each) {
			found = append(found, h.envelope.PartTexts[index])
		} else {
			withheld = append(withheld, process.Text(each, "/name"))
		}
	}
	return seal.Written(h.envelope.PayloadText, h.envelope.Signatures, found), withheld
}

// states puts into a head what folding the dossier's documents gives (TF-DOS-26).
func (n *Node) states(value map[string]any, of *subject, inside map[string]bool) {
	var documents []*process.Document
	for _, each := range counted([]*subject{of}) {
		if inside[each.Digest] {
			documents = append(documents, each)
		}
	}
	around := n.around(documents, true)
	everything := around.Held
	around.Held = func(digest string) *process.Outside {
		if !inside[digest] {
			return nil
		}
		return everything(digest)
	}
	state := process.Fold(n.guards, of.kind, documents, around)
	value["effective"], value["portions"], value["accounts"], value["steps"] = headStates(state)
}

// headStates writes a state as a head has it.
func headStates(state *process.State) (effective, portions, accounts, steps []map[string]any) {
	effective, portions, accounts, steps = []map[string]any{}, []map[string]any{}, []map[string]any{}, []map[string]any{}
	for _, each := range state.Versions {
		effective = append(effective, map[string]any{
			"position": each.Position, "type": each.Type, "version": each.Version, "document": each.Digest,
		})
	}
	for _, each := range state.Portions {
		cells := []map[string]any{}
		for _, cell := range each.Cells {
			said := map[string]any{"quantity": process.Decimal(cell.Quantity)}
			if cell.Sequence > 0 {
				said["sequence"] = cell.Sequence
			}
			if cell.Package != "" {
				said["package"] = cell.Package
			}
			cells = append(cells, said)
		}
		portions = append(portions, map[string]any{"ordinal": each.Ordinal, "cells": cells, "tracks": each.States})
	}
	for _, each := range state.Accounts() {
		accounts = append(accounts, map[string]any{
			"account": each.Account, "credit": each.Figures(each.Credit), "debit": each.Figures(each.Debit),
			"open": each.Figures(each.Open), "difference": each.Figures(each.Difference),
		})
	}
	for _, each := range state.Steps {
		steps = append(steps, map[string]any{
			"track": each.Track, "from": each.From, "to": each.To, "portion": each.Portion, "at": each.At,
			"document": each.Document,
		})
	}
	return effective, portions, accounts, steps
}

// give takes the head in like any document, keeps the bundle, and delivers the head to its receivers.
func (n *Node) give(head, bundle []byte, asked *order) (*answer, error) {
	s, err := n.open(head, n.Node)
	if err != nil {
		return nil, err
	}
	if err := n.form(s); err != nil {
		return nil, err
	}
	n.kept = &heldBundle{Digest: s.digest, Bundle: bundle, Receivers: asked.receivers}
	defer func() { n.kept = nil }()
	if _, err := n.commit(s, nil, "accepted"); err != nil {
		return nil, err
	}
	return &answer{201, jose, head, nil}, nil
}

func (n *Node) getDossier(r *request) (*answer, error) {
	if !octets.IsDigest(r.path[0]) {
		return nil, bad("a dossier is named by the digest of its head")
	}
	n.lock.Lock()
	defer n.lock.Unlock()
	found := n.memory.bundles[r.path[0]]
	if found == nil || !slices.Contains(found.Receivers, r.caller) {
		return nil, nowhere()
	}
	return ok(plain, found.Bundle)
}

// errDossier refuses a dossier.
func errDossier(requirement, format string, values ...any) error {
	return refuse.As("dossier-invalid", requirement, format, values...)
}
