package process

import (
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"sort"
	"strconv"
	"testing"

	"threeflow.example/goimport/internal/octets"
	"threeflow.example/goimport/internal/standard"
	"threeflow.example/rules/rules"
)

const root = "../../../../../spec/threeflow_spec/v1"

type vector struct {
	Name, Requirement, Subject string
	Held                       map[string]struct {
		Kind   string
		States map[string]string
	}
	Agencies  []string
	Documents []struct {
		Name, Digest string
		Payload      json.RawMessage
	}
	Outcomes map[string]string
	Portions []struct {
		Quantities map[string]string
		Packages   []string
		Tracks     map[string]string
	}
	Findings map[string][]string
	Waiting  map[string]string
	Accounts map[string]struct {
		State            string
		Open, Difference []string
	}
	Entries map[string]string
}

func load(t *testing.T) (*Guards, []vector) {
	t.Helper()
	held, err := standard.Read(root)
	if err != nil {
		t.Fatal(err)
	}
	dialect, err := rules.Read(root)
	if err != nil {
		t.Fatal(err)
	}
	guards, err := NewGuards(held.Table, dialect)
	if err != nil {
		t.Fatal(err)
	}
	var file struct{ Cases []vector }
	raw, err := os.ReadFile(root + "/vectors/process/cases.json")
	if err == nil {
		err = json.Unmarshal(raw, &file)
	}
	if err != nil {
		t.Fatal(err)
	}
	return guards, file.Cases
}

func (v vector) around() Surroundings {
	return Surroundings{Agencies: v.Agencies, Held: func(digest string) *Outside {
		if said, there := v.Held[digest]; there {
			return &Outside{Kind: said.Kind, Applied: true, States: said.States, Facts: map[string]any{}}
		}
		return nil
	}}
}

func (v vector) documents(t *testing.T, guards *Guards) []*Document {
	t.Helper()
	var found []*Document
	for _, each := range v.Documents {
		payload, err := octets.ParseObject(each.Payload)
		if err != nil {
			t.Fatal(err)
		}
		found = append(found, Read(guards.table, payload, each.Digest))
	}
	return found
}

func TestEveryVectorOfTheProcess(t *testing.T) {
	guards, cases := load(t)
	for _, each := range cases {
		t.Run(each.Name, func(t *testing.T) {
			if each.Subject == "account" {
				t.Skip("entries of accounts are not computed")
			}
			var taken []*Document
			for index, d := range each.documents(t, guards) {
				state := Fold(guards, each.Subject, append(taken, d), each.around())
				name := each.Documents[index].Name
				said := state.Outcome(d)
				if said != each.Outcomes[name] {
					t.Errorf("%s: %s came to %s, not %s %+v", each.Requirement, name, said, each.Outcomes[name], state.Results[d.Digest])
				}
				if said != "wrong-state" && said != "scope-exceeded" {
					taken = append(taken, d)
				}
			}
			each.judge(t, Fold(guards, each.Subject, taken, each.around()))
			for range taken {
				taken = append(taken[1:], taken[0])
				each.judge(t, Fold(guards, each.Subject, taken, each.around()))
			}
			for a, b := 0, len(taken)-1; a < b; a, b = a+1, b-1 {
				taken[a], taken[b] = taken[b], taken[a]
			}
			each.judge(t, Fold(guards, each.Subject, taken, each.around()))
		})
	}
}

// judge compares an end with what the vector states.
func (v vector) judge(t *testing.T, state *State) {
	t.Helper()
	if len(state.Portions) != len(v.Portions) {
		t.Fatalf("%d portions, not %d", len(state.Portions), len(v.Portions))
	}
	sort.Slice(state.Portions, func(a, b int) bool { return state.Portions[a].Ordinal < state.Portions[b].Ordinal })
	for index, want := range v.Portions {
		has := state.Portions[index]
		quantities := map[string]string{}
		for item, much := range has.byItem() {
			quantities[strconv.FormatInt(item, 10)] = Decimal(much)
		}
		moved := map[string]string{}
		for track, at := range has.States {
			if at != "none" {
				moved[track] = at
			}
		}
		equal(t, fmt.Sprintf("portion %d", has.Ordinal), []any{quantities, has.Packages(), moved},
			[]any{want.Quantities, want.Packages, want.Tracks})
	}
	findings, waiting := map[string][]string{}, map[string]string{}
	for _, each := range v.Documents {
		result := state.Results[each.Digest]
		if result == nil {
			continue
		}
		if len(result.Findings) > 0 {
			findings[each.Name] = result.Findings
		}
		if result.Waits != "" {
			waiting[each.Name] = result.Waits
		}
	}
	if v.Waiting == nil {
		v.Waiting = map[string]string{}
	}
	if v.Findings != nil {
		equal(t, "findings", findings, v.Findings)
	}
	equal(t, "waiting", waiting, v.Waiting)
	v.judgeAccounts(t, state)
}

func (v vector) judgeAccounts(t *testing.T, state *State) {
	t.Helper()
	for name, want := range v.Accounts {
		found := false
		for _, each := range state.AllAccounts() {
			if each.Account == name {
				found = true
				equal(t, name, []any{each.State, Units(each.Open), Units(each.Difference)},
					[]any{want.State, want.Open, want.Difference})
			}
		}
		if !found {
			t.Errorf("no account %s", name)
		}
	}
	if v.Entries != nil {
		equal(t, "entries", state.Ledger.States(), v.Entries)
	}
}

func equal(t *testing.T, what string, has, want any) {
	t.Helper()
	if !reflect.DeepEqual(has, want) {
		t.Errorf("%s: %v, not %v", what, has, want)
	}
}
