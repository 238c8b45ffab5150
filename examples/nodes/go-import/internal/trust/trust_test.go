package trust

import (
	"encoding/json"
	"errors"
	"os"
	"testing"
	"time"

	"threeflow.example/goimport/internal/refuse"
	"threeflow.example/goimport/internal/standard"
)

const root = "../../../../../spec/threeflow_spec/v1"

type vectors struct {
	Environment, Fingerprint string
	Now                      time.Time
	Cases                    []struct {
		Name, Requirement, Verdict string
		Lists                      []string
		Fingerprint                json.RawMessage
		Kid                        string
		At                         time.Time
		WitnessedAt                *time.Time
	}
}

func read(t *testing.T, name string) (vectors, *standard.Standard) {
	t.Helper()
	var file vectors
	raw, err := os.ReadFile(root + "/vectors/trust/" + name)
	if err == nil {
		err = json.Unmarshal(raw, &file)
	}
	if err != nil {
		t.Fatal(err)
	}
	held, err := standard.Read(root)
	if err != nil {
		t.Fatal(err)
	}
	return file, held
}

func TestEveryVectorOfTrustLists(t *testing.T) {
	file, held := read(t, "lists.json")
	for _, each := range file.Cases {
		store := NewStore(file.Environment, held.Violations)
		fingerprint := file.Fingerprint
		if each.Fingerprint != nil {
			fingerprint = ""
			if err := json.Unmarshal(each.Fingerprint, &fingerprint); err != nil {
				t.Fatal(err)
			}
		}
		for index, list := range each.Lists {
			err := store.Add([]byte(list), fingerprint, file.Now)
			said := "ok"
			var refused *refuse.Refusal
			if errors.As(err, &refused) {
				said = refused.Code
			}
			wanted := "ok"
			if index == len(each.Lists)-1 {
				wanted = each.Verdict
			}
			if said != wanted {
				t.Errorf("%s (%s), list %d: %v, not %s", each.Name, each.Requirement, index, err, wanted)
			}
			if wanted != "ok" && refused != nil && refused.Requirement != each.Requirement {
				t.Errorf("%s: names %s, not %s", each.Name, refused.Requirement, each.Requirement)
			}
		}
	}
}

func TestEveryVectorOfKeysInTheirTime(t *testing.T) {
	file, held := read(t, "keys.json")
	for _, each := range file.Cases {
		store := NewStore(file.Environment, held.Violations)
		for _, list := range each.Lists {
			if err := store.Add([]byte(list), file.Fingerprint, file.Now); err != nil {
				t.Fatalf("%s: %v", each.Name, err)
			}
		}
		var witnessed time.Time
		if each.WitnessedAt != nil {
			witnessed = *each.WitnessedAt
		}
		if said := store.Status(each.Kid, each.At, witnessed); said != each.Verdict {
			t.Errorf("%s (%s): %s, not %s", each.Name, each.Requirement, said, each.Verdict)
		}
	}
}
