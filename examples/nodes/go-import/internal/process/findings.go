package process

import "slices"

// findings are the codes that are true of a portion in scope, and those that are given, sorted.
func (f *fold) findings(d *Document, portions []*Portion, given []string) []string {
	found := append([]string{}, given...)
	for _, each := range d.Said.Findings {
		for _, portion := range portions {
			if f.guards.True(each.When, f.facts(d, portion)) {
				found = append(found, each.Code)
				break
			}
		}
	}
	slices.Sort(found)
	return slices.Compact(found)
}

// complete names every track of every portion, also those that stand where they began; of tracks that have a state for
// each kind of document those that moved.
func (f *fold) complete() {
	for _, portion := range f.state.Portions {
		for name, at := range f.states(portion) {
			portion.States[name] = at
		}
	}
}

// finish judges what still waits: its findings, and whether it may still take effect (TF-TABLE-12, TF-SUBJ-6, 7).
func (f *fold) finish() {
	for _, d := range f.waiting {
		result := f.state.Results[d.Digest]
		switch result.Waits {
		case WaitsReference:
			result.CanFollow = true
			result.Findings = []string{"reference-awaited"}
		case WaitsGrant:
			result.CanFollow = true
		case WaitsScope:
			result.Findings = []string{"scope-exceeded"}
		case WaitsState:
			f.finishState(d, result)
		}
	}
}

func (f *fold) finishState(d *Document, result *Result) {
	pieces, _ := plan(f.state.Portions, f.scope(d), f.state.declared)
	portions := make([]*Portion, len(pieces))
	for index, each := range pieces {
		portions[index] = each.portion
	}
	result.Findings = f.findings(d, portions, nil)
	result.CanFollow = f.linesCanFollow(d)
	for _, portion := range portions {
		for _, step := range f.steps(d) {
			state := f.stateOf(portion, f.key(step, d), step.Track)
			result.CanFollow = result.CanFollow || f.table.CanFollow(step, state)
		}
	}
	// What speaks against it by a finding of its own does not merely wait.
	result.CanFollow = result.CanFollow && len(result.Findings) == 0
	result.Findings = append(result.Findings, "not-in-state")
	slices.Sort(result.Findings)
}

// Outcome is what a document comes to: an outcome, or the code of a refusal.
func (s *State) Outcome(d *Document) string {
	result := s.Results[d.Digest]
	switch {
	case result.LeftOut:
		return "no-effect"
	case result.Applied && len(result.Findings) == 0:
		return "accepted"
	case result.Applied:
		return "flagged"
	case result.Waits == WaitsReference || result.Waits == WaitsGrant:
		return "pending"
	case d.Row.Nature == "request" && result.Waits == WaitsScope:
		return "scope-exceeded"
	case d.Row.Nature == "request" && !result.CanFollow:
		return "wrong-state"
	case !result.CanFollow:
		return "flagged"
	}
	return "pending"
}
