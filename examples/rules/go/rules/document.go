package rules

import (
	"fmt"
	"sort"
	"strings"
	"time"
)

// Finding is what a rule says of one element of a document that does not keep it (TF-RULE-12).
type Finding struct {
	Rule, Severity, Verdict, Pointer string
	Parameters                       map[string]any
	Message                          map[string]string
}

// Document judges all rules that bind a document under a profile (none: empty) at an instant of business time.
// `facts` are what is known beyond it; its parts are opened as far as they are held, and the others named by
// `withheld`, the JSON Pointers of the members that point to them. Findings are sorted as TF-RULE-13 asks.
func (j *Judge) Document(
	document map[string]any, profile string, at time.Time, facts map[string]any, withheld []string,
) ([]Finding, error) {
	ids := make([]string, 0, len(j.standard.rules))
	for id := range j.standard.rules {
		ids = append(ids, id)
	}
	sort.Strings(ids)
	var all []Finding
	for _, id := range ids {
		r, p := j.standard.rules[id], j.standard.profiles[profile]
		on := at.In(zone(r.Offset)).Format(dateLayout)
		if !binds(r, p, document, on) {
			continue
		}
		variables := map[string]any{
			"doc": document, "item": document, "facts": facts, "parameters": parametersOn(r, p, on),
			"at": at.UTC().Format(time.RFC3339Nano),
		}
		found, err := j.of(r, variables, withheld)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", id, err)
		}
		all = append(all, found...)
	}
	return all, nil
}

func (j *Judge) of(r *rule, variables map[string]any, withheld []string) ([]Finding, error) {
	facts, _ := variables["facts"].(map[string]any)
	parameters := variables["parameters"].(map[string]any)
	if lacking(r, facts) || lackingParameter(parameters) || reads(r, withheld) {
		return []Finding{j.told(r, "unknown", r.Pointer, variables)}, nil
	}
	var found []Finding
	for _, path := range paths(r.ForEach) {
		for _, place := range places(variables["doc"], path) {
			variables["item"] = place.value
			verdict, err := j.verdict(r, variables)
			if err != nil {
				return nil, err
			}
			if verdict != "" {
				found = append(found, j.told(r, verdict, place.pointer+r.Pointer, variables))
			}
		}
	}
	return found, nil
}

// reads says whether a rule names a member that is, or lies in, a withheld part (TF-RULE-8).
func reads(r *rule, withheld []string) bool {
	for _, member := range r.Parts {
		for _, each := range withheld {
			if member == each || strings.HasPrefix(member, each+"/") || strings.HasPrefix(each, member+"/") {
				return true
			}
		}
	}
	return false
}

func (j *Judge) told(r *rule, verdict, pointer string, variables map[string]any) Finding {
	shown := map[string]any{}
	for name, value := range variables["parameters"].(map[string]any) {
		shown[name] = value
	}
	for name, expression := range r.Values {
		shown[name] = "?"
		if program, err := j.program(expression); err == nil {
			if value, _, err := program.Eval(variables); err == nil {
				shown[name] = plain(value.Value())
			}
		}
	}
	message := map[string]string{}
	for language, text := range r.Message {
		for name, value := range shown {
			text = strings.ReplaceAll(text, "{"+name+"}", fmt.Sprint(value))
		}
		message[language] = text
	}
	return Finding{r.ID, r.Severity, verdict, pointer, shown, message}
}

// plain is a value as JSON can show it.
func plain(value any) any {
	switch value.(type) {
	case string, int64, bool, nil:
		return value
	}
	return fmt.Sprint(value)
}
