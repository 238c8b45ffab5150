package rules

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strconv"
	"strings"
	"sync"
	"time"

	"cel.dev/cel-go/cel"
)

type finding struct {
	Verdict string `json:"verdict"`
	Pointer string `json:"pointer"`
}

// Judge evaluates expressions; it may be used by several goroutines.
type Judge struct {
	standard *Standard
	env      *cel.Env
	lock     sync.Mutex
	programs map[string]cel.Program
}

// NewJudge makes a judge of a standard's rules.
func NewJudge(of *Standard) (*Judge, error) {
	options := append(Dialect(of), cel.Variable("doc", cel.DynType), cel.Variable("item", cel.DynType),
		cel.Variable("facts", cel.DynType), cel.Variable("parameters", cel.DynType),
		cel.Variable("at", cel.StringType))
	env, err := cel.NewEnv(options...)
	return &Judge{standard: of, env: env, programs: map[string]cel.Program{}}, err
}

// found is what the vector's rule says of its document: verdict and pointer, in order.
func (j *Judge) found(v vector) ([]finding, error) {
	r, p := j.standard.rules[v.rule], j.standard.profiles[v.profile]
	at, err := time.Parse(time.RFC3339, v.at)
	if err != nil {
		return nil, err
	}
	on := at.In(zone(r.Offset)).Format(dateLayout)
	if !binds(r, p, v.document, on) {
		return []finding{}, nil
	}
	parameters := parametersOn(r, p, on)
	if lacking(r, v.facts) || lackingParameter(parameters) {
		return []finding{{"unknown", ""}}, nil
	}
	variables := map[string]any{
		"doc": v.document, "facts": v.facts, "parameters": parameters, "at": at.UTC().Format(time.RFC3339Nano),
	}
	found := []finding{}
	for _, path := range paths(r.ForEach) {
		for _, place := range places(v.document, path) {
			variables["item"] = place.value
			verdict, err := j.verdict(r, variables)
			if err != nil {
				return nil, err
			}
			if verdict != "" {
				found = append(found, finding{verdict, place.pointer + r.Pointer})
			}
		}
	}
	return found, nil
}

func (j *Judge) verdict(r *rule, variables map[string]any) (string, error) {
	if r.When != "" {
		counts, known, err := j.run(r.When, variables)
		if err != nil || !known {
			return "unknown", err
		}
		if !counts {
			return "", nil
		}
	}
	holds, known, err := j.run(r.Expression, variables)
	switch {
	case err != nil || !known:
		return "unknown", err
	case holds:
		return "", nil
	}
	return "fail", nil
}

// run gives the truth of an expression, and whether it is one: an error of CEL is none. What does not
// compile is an error of the rule itself.
func (j *Judge) run(expression string, variables map[string]any) (bool, bool, error) {
	program, err := j.program(expression)
	if err != nil {
		return false, false, err
	}
	value, _, err := program.Eval(variables)
	if err != nil {
		return false, false, nil
	}
	truth, known := value.Value().(bool)
	return truth, known, nil
}

func (j *Judge) program(expression string) (cel.Program, error) {
	j.lock.Lock()
	defer j.lock.Unlock()
	if held, ok := j.programs[expression]; ok {
		return held, nil
	}
	ast, issues := j.env.Compile(expression)
	if issues.Err() != nil {
		return nil, issues.Err()
	}
	made, err := j.env.Program(ast)
	j.programs[expression] = made
	return made, err
}

// Result is what one vector of a rule gives.
type Result struct {
	Rule   string    `json:"rule"`
	Vector string    `json:"vector"`
	Found  []finding `json:"found"`
}

// Vectors judges every vector of every rule.
func (j *Judge) Vectors() ([]Result, error) {
	results := make([]Result, 0, len(j.standard.vectors))
	for _, each := range j.standard.vectors {
		found, err := j.found(each)
		if err != nil {
			return nil, fmt.Errorf("%s, %s: %w", each.rule, each.name, err)
		}
		results = append(results, Result{each.rule, each.name, found})
	}
	return results, nil
}

// Functions evaluates the vectors of the dialect's functions: a value, or an error.
func (j *Judge) Functions() ([]any, error) {
	octets, err := os.ReadFile(filepath.Join(j.standard.root, "vectors", "functions", "cases.json"))
	if err != nil {
		return nil, err
	}
	raw, err := ReadJSON(octets)
	if err != nil {
		return nil, err
	}
	var found []any
	for _, each := range raw.(map[string]any)["vectors"].([]any) {
		expression := each.(map[string]any)["expression"].(string)
		program, err := j.program(expression)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", expression, err)
		}
		value, _, err := program.Eval(map[string]any{})
		if err != nil {
			found = append(found, map[string]any{"error": true})
		} else {
			found = append(found, map[string]any{"value": value.Value()})
		}
	}
	return found, nil
}

func binds(r *rule, p *profile, document map[string]any, on string) bool {
	header := document["header"].(map[string]any)
	kind, _ := header["kind"].(string)
	if r.pack.Applies != "always" && (p == nil || !slices.Contains(p.RulePacks, r.pack.Pack)) {
		return false
	}
	if r.Profiles != nil && (p == nil || !slices.Contains(r.Profiles, p.Profile)) {
		return false
	}
	if !(period{r.EffectiveFrom, r.EffectiveTo}).holds(on) {
		return false
	}
	for _, each := range r.AppliesTo {
		if each.Type == header["type"] && (each.Kinds == nil || slices.Contains(each.Kinds, kind)) {
			return true
		}
	}
	return false
}

func zone(offset string) *time.Location {
	if offset == "" {
		return time.UTC
	}
	hours, _ := strconv.Atoi(offset[1:3])
	minutes, _ := strconv.Atoi(offset[4:6])
	seconds := hours*3600 + minutes*60
	if offset[0] == '-' {
		seconds = -seconds
	}
	return time.FixedZone(offset, seconds)
}

func parametersOn(r *rule, p *profile, on string) map[string]any {
	found := map[string]any{}
	take := func(all map[string]parameter) {
		for name, each := range all {
			found[name] = each.Value
			if each.Dated != nil {
				found[name] = nil
				index := slices.IndexFunc(each.Dated, func(one dated) bool { return one.holds(on) })
				if index >= 0 {
					found[name] = each.Dated[index].Value
				}
			}
		}
	}
	take(r.Parameters)
	if p != nil {
		take(p.Parameters[r.ID])
	}
	return found
}

func lackingParameter(parameters map[string]any) bool {
	for _, each := range parameters {
		if each == nil {
			return true
		}
	}
	return false
}

func lacking(r *rule, facts map[string]any) bool {
	for _, name := range r.Facts {
		value, ok := facts[name]
		if !ok || kindOf(value) != r.pack.Facts[name].Type {
			return true
		}
	}
	return false
}

func kindOf(value any) string {
	switch value.(type) {
	case map[string]any:
		return "map"
	case []any:
		return "list"
	case string:
		return "string"
	case int64:
		return "integer"
	case bool:
		return "boolean"
	}
	return ""
}

func paths(raw any) []string {
	switch value := raw.(type) {
	case string:
		return []string{value}
	case []any:
		found := make([]string, len(value))
		for index, each := range value {
			found[index] = each.(string)
		}
		return found
	}
	return []string{""}
}

type place struct {
	pointer string
	value   any
}

// places are all places that a pointer with `*` reaches, members by name, elements by index.
func places(document any, path string) []place {
	reached := []place{{"", document}}
	for _, token := range strings.Split(path, "/")[1:] {
		var next []place
		for _, each := range reached {
			next = append(next, below(each, token)...)
		}
		reached = next
	}
	return reached
}

func below(of place, token string) []place {
	escape := strings.NewReplacer("~", "~0", "/", "~1")
	var found []place
	switch holder := of.value.(type) {
	case map[string]any:
		names := make([]string, 0, len(holder))
		for name := range holder {
			if token == "*" || token == name {
				names = append(names, name)
			}
		}
		sort.Strings(names)
		for _, name := range names {
			found = append(found, place{of.pointer + "/" + escape.Replace(name), holder[name]})
		}
	case []any:
		for index, each := range holder {
			if text := strconv.Itoa(index); token == "*" || token == text {
				found = append(found, place{of.pointer + "/" + text, each})
			}
		}
	}
	return found
}
