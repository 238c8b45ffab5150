package process

import (
	"sort"

	"threeflow.example/goimport/internal/standard"
)

// Why a document waits.
const (
	WaitsReference = "reference"
	WaitsState     = "state"
	WaitsScope     = "scope"
	WaitsGrant     = "grant"
)

// Outside is what is known of a document that is filed under another subject.
type Outside struct {
	Kind    string
	Applied bool
	States  map[string]string
	Facts   map[string]any
}

// Surroundings are what the fold of one subject has to know beyond its documents.
type Surroundings struct {
	Held     func(digest string) *Outside
	Agencies []string
}

// Step is one move of one track.
type Step struct {
	Track, From, To, Document, Entry string
	Portion                          int
	At                               string
	Cells                            []Cell
}

// Result is what became of one document.
type Result struct {
	Applied, LeftOut bool
	Waits            string
	Findings         []string
	CanFollow        bool
}

// Version is a declaration in force at a position.
type Version struct {
	Position, Type, Digest string
	Version                int64
}

// State is the state of a subject.
type State struct {
	Portions []*Portion
	Results  map[string]*Result
	Steps    []Step
	Order    []*Document
	Versions []Version
	Ledger   *Ledger
	declared bool
}

type fold struct {
	table    *standard.Table
	guards   *Guards
	subject  string
	around   Surroundings
	state    *State
	byDigest map[string]*Document
	opener   *Document
	opened   []Cell
	ordinals int
	waiting  []*Document
}

// Fold computes the state of a subject of a kind from the set of its documents (TF-TABLE-13).
func Fold(guards *Guards, subject string, documents []*Document, around Surroundings) *State {
	f := &fold{
		table: guards.table, guards: guards, subject: subject, around: around,
		state:    &State{Results: map[string]*Result{}, Order: arrange(documents), Ledger: newLedger()},
		byDigest: map[string]*Document{},
	}
	for _, each := range f.state.Order {
		f.byDigest[each.Digest] = each
		f.state.Results[each.Digest] = &Result{}
	}
	f.leaveOut()
	f.open()
	for _, each := range f.state.Order {
		if f.state.Results[each.Digest].LeftOut {
			continue
		}
		if f.tried(each) {
			f.retry()
		} else {
			f.waiting = append(f.waiting, each)
		}
	}
	f.finish()
	f.complete()
	return f.state
}

func (f *fold) leaveOut() {
	for _, each := range f.state.Order {
		older := f.byDigest[each.Replaces]
		if older != nil && older.Row.Replace == "" && older.Type == each.Type && older.Issuer == each.Issuer &&
			older.Version < each.Version {
			f.state.Results[older.Digest].LeftOut = true
		}
	}
}

// open forms the portions from the declaration at the first position, then the first in order.
func (f *fold) open() {
	best := len(f.table.Positions) + 1
	for _, each := range f.state.Order {
		if !each.Declares() || f.state.Results[each.Digest].LeftOut || each.Said.Subject != f.subject {
			continue
		}
		rank := len(f.table.Positions)
		for index, position := range f.table.Positions {
			if position == f.position(each) {
				rank = index
			}
		}
		if rank < best {
			best, f.opener = rank, each
		}
	}
	f.ordinals = 1
	first := newPortion(1)
	if f.opener != nil {
		first.Cells = f.opener.cells()
		f.opened = first.Cells
		f.state.declared = true
	}
	f.state.Portions = []*Portion{first}
}

// position is that of the document, or of one that it names (`position-of`).
func (f *fold) position(d *Document) string {
	if own := d.Position(); own != "" {
		return own
	}
	for _, each := range d.NamedOf(d.Row.PositionOf...) {
		if named := f.byDigest[each.Digest]; named != nil {
			return named.Position()
		}
	}
	return ""
}

// tried applies a document where it can be; else it says in its result why it waits.
func (f *fold) tried(d *Document) bool {
	result := f.state.Results[d.Digest]
	result.Waits = f.try(d)
	result.Applied = result.Waits == ""
	return result.Applied
}

// retry tries what waits again after something took effect, from the first whenever one takes effect.
func (f *fold) retry() {
	for again := true; again; {
		again = false
		for index, each := range f.waiting {
			if f.tried(each) {
				f.waiting = append(append([]*Document{}, f.waiting[:index]...), f.waiting[index+1:]...)
				again = true
				break
			}
		}
	}
}

func (f *fold) try(d *Document) string {
	if !f.referencesHeld(d) {
		return WaitsReference
	}
	steps := f.steps(d)
	if older := f.byDigest[d.Replaces]; older != nil && d.Row.Replace != "" && f.state.Results[older.Digest].Applied {
		return f.replace(d, older, steps)
	}
	lines, undo, moved := f.moveLines(d)
	if !moved {
		return WaitsState
	}
	pieces, exceeded := plan(f.state.Portions, f.scope(d), f.state.declared)
	if d.Row.Nature == "fact" || len(steps) == 0 {
		var codes []string
		if exceeded {
			codes = append(codes, "scope-exceeded")
		}
		if d.Row.Nature == "act" && f.standsElsewhere(d) {
			codes = append(codes, "position-without-step")
		}
		f.apply(d, pieces, steps, append(codes, lines...))
		return ""
	}
	if exceeded {
		undo()
		return WaitsScope
	}
	var fit []piece
	for _, each := range pieces {
		if f.fits(d, each.portion, steps) {
			fit = append(fit, each)
		}
	}
	if whole := f.scope(d).whole || !f.state.declared; len(fit) == 0 || (!whole && len(fit) < len(pieces)) {
		undo()
		return WaitsState
	}
	f.apply(d, fit, steps, lines)
	return ""
}

func (f *fold) referencesHeld(d *Document) bool {
	for _, group := range d.Must() {
		held := false
		for _, each := range d.NamedOf(group...) {
			if f.byDigest[each.Digest] != nil || f.around.Held(each.Digest) != nil {
				held = true
			}
		}
		if !held {
			return false
		}
	}
	return true
}

// steps are those of its kind on tracks of this kind of subject, at its position, that are no entries'.
func (f *fold) steps(d *Document) []standard.Step {
	var found []standard.Step
	position := f.position(d)
	for _, each := range d.Said.Steps {
		track := f.table.Tracks[each.Track]
		if track.Subject == f.subject && !track.PerEntry && (each.Position == "" || each.Position == position) {
			found = append(found, each)
		}
	}
	return found
}

// standsElsewhere says whether its kind has steps here, and none at its position (TF-SUBJ-3).
func (f *fold) standsElsewhere(d *Document) bool {
	position, any := f.position(d), false
	for _, each := range d.Said.Steps {
		if f.table.Tracks[each.Track].Subject == f.subject {
			any = true
			if each.Position == "" || each.Position == position {
				return false
			}
		}
	}
	return any
}

func (f *fold) scope(d *Document) scope {
	if d.Declares() && f.opener != nil && d != f.opener && f.position(d) != f.position(f.opener) {
		return scopeOf(f.opened, d.cells())
	}
	if d.Row.Scope == "" {
		return scope{whole: true}
	}
	return readScope(At(d.Payload, d.Row.Scope))
}

func (f *fold) key(step standard.Step, d *Document) string {
	track := f.table.Tracks[step.Track]
	if track.PerKind {
		return step.Track + ":" + d.Kind
	}
	for _, each := range track.Apart {
		if each == f.position(d) {
			return step.Track + "@" + each
		}
	}
	return step.Track
}

func (f *fold) stateOf(p *Portion, key, track string) string {
	if state, there := p.States[key]; there {
		return state
	}
	return f.table.Tracks[track].States[0]
}

// move finds the first move of a step that fits a portion (TF-TABLE-8).
func (f *fold) move(d *Document, p *Portion, step standard.Step) *standard.Move {
	facts := f.facts(d, p)
	if step.Guard != "" && !f.guards.True(step.Guard, facts) {
		return nil
	}
	state := f.stateOf(p, f.key(step, d), step.Track)
	for _, each := range step.All() {
		if each.From.Holds(state) && (each.When == "" || f.guards.True(each.When, facts)) {
			return &each
		}
	}
	return nil
}

func (f *fold) fits(d *Document, p *Portion, steps []standard.Step) bool {
	for _, each := range steps {
		if f.move(d, p, each) != nil {
			return true
		}
	}
	return false
}

// apply lets every portion in scope take each step that fits it.
func (f *fold) apply(d *Document, pieces []piece, steps []standard.Step, codes []string) {
	var portions []*Portion
	for _, each := range pieces {
		portions = append(portions, f.cut(each))
	}
	f.state.Results[d.Digest].Findings = f.findings(d, portions, codes)
	for _, portion := range portions {
		f.takeSteps(d, portion, steps)
	}
	for _, portion := range portions {
		f.mark(d, portion)
	}
	f.inForce(d)
}

// takeSteps judges all steps by the moment before the first of them.
func (f *fold) takeSteps(d *Document, portion *Portion, steps []standard.Step) {
	type due struct{ key, track, to string }
	var moves []due
	for _, each := range steps {
		if found := f.move(d, portion, each); found != nil {
			moves = append(moves, due{f.key(each, d), each.Track, found.To})
		}
	}
	fact := d.Row.Nature == "fact"
	for _, each := range moves {
		if later, told := portion.factAt[each.key]; fact && told && later > d.sorted {
			continue
		}
		if fact {
			portion.factAt[each.key] = d.sorted
		}
		from := f.stateOf(portion, each.key, each.track)
		if each.to == "unchanged" || each.to == from {
			continue
		}
		portion.States[each.key] = each.to
		f.state.Steps = append(f.state.Steps, Step{
			Track: each.key, From: from, To: each.to, Portion: portion.Ordinal, At: Instant(d.At), Document: d.Digest,
			Cells: portion.Cells,
		})
	}
}

func (f *fold) mark(d *Document, portion *Portion) {
	facts := f.facts(d, portion)
	for _, each := range d.Said.Post {
		if (each.Position != "" && each.Position != f.position(d)) || (each.Guard != "" && !f.guards.True(each.Guard, facts)) {
			continue
		}
		if each.Reverse {
			delete(portion.marks, each.Account+"/"+each.Side)
		} else {
			portion.marks[each.Account+"/"+each.Side] = true
		}
	}
	if own := d.Row.Kinds[d.Kind]; own != nil && own.Agrees != nil {
		portion.agreed[d.Issuer] = *own.Agrees
	}
	portion.seen[d.Type], portion.seen[d.Type+"/"+d.Kind] = true, true
}

// inForce notes that a declaration took effect at its position.
func (f *fold) inForce(d *Document) {
	if !d.Declares() {
		return
	}
	position := f.position(d)
	made := Version{position, d.Type, d.Digest, d.Version}
	for index, each := range f.state.Versions {
		if each.Position == position {
			if each.Digest == d.Replaces || d.Replaces == "" {
				f.state.Versions[index] = made
			}
			return
		}
	}
	f.state.Versions = append(f.state.Versions, made)
	sort.SliceStable(f.state.Versions, func(a, b int) bool {
		return f.rank(f.state.Versions[a].Position) < f.rank(f.state.Versions[b].Position)
	})
}

func (f *fold) rank(position string) int {
	for index, each := range f.table.Positions {
		if each == position {
			return index
		}
	}
	return len(f.table.Positions)
}

// replace lets a new version take the place of one that is in force, where the guard is true of every portion.
func (f *fold) replace(d, older *Document, steps []standard.Step) string {
	for _, each := range f.state.Portions {
		if !f.guards.True(d.Row.Replace, f.facts(d, each)) {
			return WaitsGrant
		}
	}
	findings := f.findings(d, f.state.Portions, nil)
	if older == f.opener || f.position(older) == f.position(f.opener) {
		f.opener, f.opened = d, d.cells()
		f.redeclare(f.opened)
	}
	f.state.Results[d.Digest].Findings = findings
	for _, each := range f.state.Portions {
		f.takeSteps(d, each, steps)
		f.mark(d, each)
	}
	f.inForce(d)
	return ""
}
