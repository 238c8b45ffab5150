package standard

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"threeflow.example/goimport/internal/octets"
)

const root = "../../../../../spec/threeflow_spec/v1"

func load(t *testing.T) *Standard {
	t.Helper()
	found, err := Read(root)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestEveryDocumentVectorIsValidAndEveryTwinIsNot(t *testing.T) {
	held := load(t)
	count := 0
	for _, row := range held.Table.Documents {
		folder := filepath.Join(root, "vectors", "documents", row.Type)
		names, _ := filepath.Glob(filepath.Join(folder, "*.json"))
		for _, name := range names {
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			if filepath.Base(name) == "twins.json" {
				twins(t, held, row.Type, folder, text)
				continue
			}
			value, err := octets.Parse(text)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if broken := held.Violations(row.Type, value); broken != nil {
				t.Errorf("%s: %v", name, broken)
			}
			count++
		}
	}
	if count < len(held.Table.Documents) {
		t.Errorf("%d vectors for %d types", count, len(held.Table.Documents))
	}
}

func twins(t *testing.T, held *Standard, name, folder string, text []byte) {
	t.Helper()
	var cases []struct {
		Name, Of string
		Edit     struct {
			Op, Pointer string
			Value       json.RawMessage
		}
		Expect struct{ Pointer, Keyword string }
	}
	if err := json.Unmarshal(text, &cases); err != nil {
		t.Fatal(err)
	}
	for _, each := range cases {
		base, err := os.ReadFile(filepath.Join(folder, each.Of+".json"))
		if err != nil {
			t.Fatal(err)
		}
		value, err := octets.Parse(base)
		if err != nil {
			t.Fatal(err)
		}
		var put any
		if each.Edit.Value != nil {
			if put, err = octets.Parse(each.Edit.Value); err != nil {
				continue // a number that is no integer is no strict JSON at all
			}
		}
		value = edit(value, strings.Split(each.Edit.Pointer, "/")[1:], each.Edit.Op, put)
		found := false
		broken := held.Violations(name, value)
		for _, one := range broken {
			found = found || (one.Pointer == each.Expect.Pointer && one.Rule == each.Expect.Keyword)
		}
		if !found {
			t.Errorf("%s, %s: %s %s is not among %v", name, each.Name, each.Expect.Pointer, each.Expect.Keyword, broken)
		}
	}
}

func edit(at any, path []string, op string, value any) any {
	name := strings.NewReplacer("~1", "/", "~0", "~").Replace(path[0])
	switch holder := at.(type) {
	case map[string]any:
		switch {
		case len(path) > 1:
			holder[name] = edit(holder[name], path[1:], op, value)
		case op == "remove":
			delete(holder, name)
		default:
			holder[name] = value
		}
		return holder
	case []any:
		index, err := strconv.Atoi(name)
		if err != nil {
			index = len(holder)
		}
		switch {
		case len(path) > 1:
			holder[index] = edit(holder[index], path[1:], op, value)
		case op == "remove":
			return append(holder[:index], holder[index+1:]...)
		case op == "replace":
			holder[index] = value
		default:
			return append(holder[:index], append([]any{value}, holder[index:]...)...)
		}
		return holder
	}
	return at
}
