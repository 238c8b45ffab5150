package node

import (
	"encoding/json"
	"slices"

	"threeflow.example/goimport/internal/process"
)

// consequences are what follows from a document that was just taken in: other outcomes, events, deliveries.
func (n *Node) consequences(s *submission, outcome string, places []*place) *entry {
	made := &entry{}
	h := n.memory.byDigest[s.digest]
	states := map[*subject]*process.State{}
	touched := n.touched(h, places)
	for _, one := range touched {
		documents := counted([]*subject{one})
		states[one] = process.Fold(n.guards, one.kind, documents, n.around(documents, true))
	}
	n.tell(made, h, outcome, states)
	done := map[*held]bool{h: true}
	for _, one := range touched {
		for _, other := range one.holds {
			if done[other] || other.ended {
				continue
			}
			done[other] = true
			if now := became(states[one], other); now != other.Outcome {
				made.Outcomes = append(made.Outcomes, change{other.digest, now})
				n.tell(made, other, now, states)
			}
		}
	}
	if s.document != nil || s.text("/header/type") == headType {
		made.Owed = n.owing(h, s.caller)
	}
	return made
}

// touched are the subjects of a document, those that it makes one, and those in which something waits for it.
func (n *Node) touched(h *held, places []*place) []*subject {
	found := slices.Clone(h.subjects)
	for _, each := range places {
		for _, set := range each.joins {
			if one := n.memory.subjectOf(set[0]); !slices.Contains(found, one) {
				found = append(found, one)
			}
		}
	}
	for _, other := range n.memory.inOrder {
		if other.Outcome != "pending" || other.ended || other.document == nil {
			continue
		}
		for _, each := range other.document.Names {
			if each.Digest == h.digest {
				for _, one := range other.subjects {
					if !slices.Contains(found, one) {
						found = append(found, one)
					}
				}
			}
		}
	}
	return found
}

// became is the outcome that a document has now: what waited may have taken effect, what counted may be replaced.
func became(state *process.State, h *held) string {
	result := state.Results[h.digest]
	switch {
	case result == nil:
		return h.Outcome
	case result.LeftOut:
		return "no-effect"
	case h.Outcome == "pending" && result.Applied:
		return state.Outcome(h.document)
	}
	return h.Outcome
}

// tell puts an event into the feed of every party (TF-INTAKE-29), its number being the next of that feed.
func (n *Node) tell(made *entry, h *held, outcome string, states map[*subject]*process.State) {
	steps, findings, subjects := []map[string]any{}, []string{}, []map[string]any{}
	for _, one := range h.subjects {
		keys := one.keys
		if len(keys) > 0 {
			subjects = append(subjects, map[string]any{"kind": one.kind, "keys": keys[:min(len(keys), 100)]})
		}
		if states[one] == nil {
			continue
		}
		seen := map[string]bool{}
		for _, step := range states[one].Steps {
			name := step.Track + " " + step.From + " " + step.To + " " + step.Entry
			if step.Document == h.digest && !seen[name] {
				seen[name] = true
				said := map[string]any{"track": step.Track, "from": step.From, "to": step.To}
				if step.Entry != "" {
					said["entry"] = step.Entry
				}
				steps = append(steps, said)
			}
		}
		if result := states[one].Results[h.digest]; result != nil {
			findings = append(findings, result.Findings...)
		}
	}
	value := map[string]any{
		"header": n.artefact("event", nil), "occurredAt": stamp(n.now()), "document": h.reference(), "outcome": outcome,
		"subjects": subjects, "steps": steps, "findings": findings,
	}
	if h.kind != "" {
		value["kind"] = h.kind
	}
	for _, party := range h.parties() {
		before := len(n.memory.feeds[party])
		for _, each := range made.Events {
			if each.Party == party {
				before++
			}
		}
		value["sequence"] = before + 1
		made.Events = append(made.Events, event{party, json.RawMessage(dump(value))})
	}
}

// endWaits ends the waits that have run out (TF-INTAKE-22).
func (n *Node) endWaits() {
	n.lock.Lock()
	defer n.lock.Unlock()
	now := n.now()
	e := &entry{}
	for _, h := range n.memory.inOrder {
		if h.Outcome == "pending" && !h.ended && !h.WaitsUntil.IsZero() && now.After(h.WaitsUntil) {
			e.Outcomes = append(e.Outcomes, change{h.digest, "no-effect"})
			n.tell(e, h, "no-effect", nil)
		}
	}
	if len(e.Outcomes) > 0 {
		n.add(e)
	}
}

// add journals an entry and applies it; where that cannot be done the node answers nothing more.
func (n *Node) add(e *entry) {
	if n.broken {
		return
	}
	if err := n.journal.append(e); err != nil {
		n.broken = true
		return
	}
	if err := n.memory.apply(e); err != nil {
		n.broken = true
		return
	}
	n.announce(e)
}

// announce wakes those who wait for events, and hands deliveries to their peers.
func (n *Node) announce(e *entry) {
	if len(e.Events) > 0 {
		close(n.wake)
		n.wake = make(chan struct{})
	}
	for _, each := range e.Owed {
		if to := n.peers[each.Peer]; to != nil {
			to.add(each)
		}
	}
}
