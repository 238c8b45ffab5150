package octets

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"os"
	"testing"
)

func TestEveryVectorOfStrictJSON(t *testing.T) {
	raw, err := os.ReadFile("../../../../../spec/threeflow_spec/v1/vectors/strict/cases.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Cases []struct{ Name, Requirement, Verdict, Octets string }
	}
	if err := json.Unmarshal(raw, &file); err != nil || len(file.Cases) < 50 {
		t.Fatalf("%d cases, %v", len(file.Cases), err)
	}
	for _, each := range file.Cases {
		text, _ := base64.StdEncoding.DecodeString(each.Octets)
		_, err := Parse(text)
		var broken *Error
		switch {
		case each.Verdict == "ok" && err != nil:
			t.Errorf("%s: refused: %v", each.Name, err)
		case each.Verdict != "ok" && !errors.As(err, &broken):
			t.Errorf("%s: taken", each.Name)
		case each.Verdict != "ok" && broken.Requirement != each.Requirement:
			t.Errorf("%s: %s (%s), not %s", each.Name, broken.Requirement, broken.Detail, each.Requirement)
		}
	}
}

func TestBase64URLIsCanonical(t *testing.T) {
	for text, good := range map[string]bool{"Zg": true, "Zh": false, "Zg==": false, "Zg\n": false, "Z g": false, "": true} {
		if _, err := Decode(text); (err == nil) != good {
			t.Errorf("%q: %v", text, err)
		}
	}
}
