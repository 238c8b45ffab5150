package process

import (
	"sort"
	"sync"

	"cel.dev/cel-go/cel"

	"threeflow.example/goimport/internal/standard"
	"threeflow.example/rules/rules"
)

// Guards evaluates the table's guards with cel-go in the dialect of the rules; several goroutines may use it.
type Guards struct {
	table    *standard.Table
	env      *cel.Env
	lock     sync.Mutex
	programs map[string]cel.Program
}

// NewGuards makes the evaluator of a table's guards.
func NewGuards(table *standard.Table, dialect *rules.Standard) (*Guards, error) {
	options := append(rules.Dialect(dialect), cel.Variable("doc", cel.DynType))
	for name := range table.Facts {
		options = append(options, cel.Variable(name, cel.DynType))
	}
	env, err := cel.NewEnv(options...)
	return &Guards{table: table, env: env, programs: map[string]cel.Program{}}, err
}

// True says whether a guard is true of some facts; anything but true counts as false (TF-TABLE-11).
func (g *Guards) True(guard string, facts map[string]any) bool {
	g.lock.Lock()
	program, held := g.programs[guard]
	if !held {
		if ast, issues := g.env.Compile(guard); issues.Err() == nil {
			program, _ = g.env.Program(ast)
		}
		g.programs[guard] = program
	}
	g.lock.Unlock()
	if program == nil {
		return false
	}
	value, _, err := program.Eval(facts)
	return err == nil && value.Value() == true
}

// facts are what guards may name, of one portion and at this moment.
func (f *fold) facts(d *Document, p *Portion) map[string]any {
	found := map[string]any{"doc": f.documentFacts(d)}
	for name, fact := range f.table.Facts {
		switch fact.Source {
		case "states":
			found[name] = f.states(p)
		case "posted":
			found[name] = p.marks[fact.Account+"/"+fact.Side]
		case "agreed":
			found[name] = trueNames(p.agreed)
		case "seen":
			found[name] = trueNames(p.seen)
		case "declared":
			found[name] = f.declaredAt(f.position(d))
		case "ledger":
			found[name] = f.state.Ledger.fact(fact.Of, f.linesOf(d))
		case "joined":
			found[name] = f.around.Agencies
			if f.around.Agencies == nil {
				found[name] = fact.Default
			}
		}
	}
	return found
}

func (f *fold) states(p *Portion) map[string]string {
	found := map[string]string{}
	for name, track := range f.table.Tracks {
		if track.Subject == f.subject && !track.PerKind && !track.PerEntry {
			found[name] = f.stateOf(p, name, name)
			for _, each := range track.Apart {
				found[name+"@"+each] = f.stateOf(p, name+"@"+each, name)
			}
		}
	}
	return found
}

func (f *fold) declaredAt(position string) map[string]any {
	for _, each := range f.state.Versions {
		if each.Position == position {
			return map[string]any{"version": each.Version, "digest": each.Digest}
		}
	}
	return map[string]any{"version": int64(0), "digest": ""}
}

func trueNames(of map[string]bool) []string {
	found := []string{}
	for name, holds := range of {
		if holds {
			found = append(found, name)
		}
	}
	sort.Strings(found)
	return found
}

func (f *fold) documentFacts(d *Document) map[string]any {
	found := map[string]any{
		"kind": d.Kind, "issuer": d.Issuer, "position": f.position(d), "version": d.Version, "replaces": d.Replaces != "",
		"refs": f.refs(d), "namedBy": f.namedBy(d),
	}
	for name, value := range d.Facts {
		found[name] = value
	}
	return found
}

func (f *fold) refs(d *Document) []any {
	found := []any{}
	for _, each := range d.Names {
		said := map[string]any{
			"type": each.Type, "issuer": each.Issuer, "relation": each.Relation, "kind": "", "held": false, "applied": false,
			"states": map[string]string{}, "facts": map[string]any{},
		}
		if named := f.byDigest[each.Digest]; named != nil {
			said["kind"], said["held"], said["applied"] = named.Kind, true, f.state.Results[named.Digest].Applied
			said["facts"] = named.Facts
		} else if outside := f.around.Held(each.Digest); outside != nil {
			said["kind"], said["held"], said["applied"] = outside.Kind, true, outside.Applied
			said["states"], said["facts"] = outside.States, outside.Facts
		}
		found = append(found, said)
	}
	return found
}

func (f *fold) namedBy(d *Document) []any {
	found := []any{}
	for _, each := range f.state.Order {
		if each != d && each.names(d.Digest) && f.state.Results[each.Digest].Applied {
			found = append(found, map[string]any{
				"type": each.Type, "kind": each.Kind, "issuer": each.Issuer, "facts": each.Facts,
			})
		}
	}
	return found
}
