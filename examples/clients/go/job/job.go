// Package job is what both bindings share: the sandbox's file, and what is told at the end.
package job

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"time"

	"threeflow.example/client/seal"
)

// Whom this client speaks for, and whom it names.
const (
	Platform = "xa.platform"
	Payments = "xa.pay"
	Carrier  = "xa.carrier"
	Patience = 90 * time.Second
)

// Sandbox says whom to call, and with which keys.
type Sandbox struct {
	Endpoint    string `json:"endpoint"`
	Grpc        string `json:"grpc"`
	Audience    string `json:"audience"`
	Environment string `json:"environment"`
	TrustFile   string `json:"trust"`
	Keys        map[string]struct {
		Seal  seal.Key `json:"seal"`
		Token seal.Key `json:"token"`
	} `json:"keys"`
	Trust seal.Trust `json:"-"`
}

// Open reads client.json and the trust file beside it.
func Open(path string) *Sandbox {
	var sandbox Sandbox
	Must0(json.Unmarshal(Must(os.ReadFile(path)), &sandbox))
	sandbox.Trust = Must(seal.Load(filepath.Join(filepath.Dir(path), sandbox.TrustFile)))
	return &sandbox
}

// Seal writes a typed document once and seals these octets by its issuer's key.
func (s *Sandbox) Seal(member string, payload []byte) seal.Envelope {
	return Must(s.Keys[member].Seal.Seal(payload))
}

// Token is a caller token of a member.
func (s *Sandbox) Token(member, method, uri string, bound []byte) (string, error) {
	return s.Keys[member].Token.Token(s.Audience, s.Environment, method, uri, bound)
}

// Told is what the job saw, printed as one line of JSON at its end.
type Told struct {
	Binding  string            `json:"binding"`
	Receipts map[string]string `json:"receipts"`
	Events   []string          `json:"events"`
	Export   string            `json:"export"`
	Dossier  string            `json:"dossier"`
	Release  string            `json:"release"`
	Refusal  map[string]string `json:"refusal"`
}

type outcome struct {
	Header struct {
		Type string `json:"type"`
		ID   string `json:"id"`
	} `json:"header"`
	Outcome  string `json:"outcome"`
	Document struct {
		Type   string `json:"type"`
		Digest string `json:"digest"`
	} `json:"document"`
	Problem struct {
		Code        string `json:"code"`
		Title       string `json:"title"`
		Requirement string `json:"requirement"`
		Violations  []struct {
			Rule    string            `json:"rule"`
			Pointer string            `json:"pointer"`
			Message map[string]string `json:"message"`
		} `json:"violations"`
	} `json:"problem"`
}

// Outcome keeps the sealed outcome of a submission, which decides, not the status (TF-REST-2).
func (t *Told) Outcome(sandbox *Sandbox, payload []byte, sealed seal.Envelope) {
	var said outcome
	Must0(json.Unmarshal(Must(sandbox.Trust.Open(sealed)), &said))
	if said.Header.Type == "refusal" {
		if len(said.Problem.Violations) == 0 {
			log.Fatalf("refused: %s (%s), %s", said.Problem.Code, said.Problem.Requirement, said.Problem.Title)
		}
		first := said.Problem.Violations[0]
		t.Refusal = map[string]string{
			"code": said.Problem.Code, "requirement": said.Problem.Requirement,
			"rule": first.Rule, "pointer": first.Pointer,
		}
		fmt.Printf("refused: %s (%s), %s\n", said.Problem.Code, said.Problem.Requirement, said.Problem.Title)
		fmt.Printf("  %s at %s: %s\n", first.Rule, first.Pointer, first.Message["en"])
		return
	}
	if said.Document.Digest != seal.Digest(payload) {
		log.Fatal("not trusted: the receipt is for another document")
	}
	fmt.Printf("%s: %s, receipt %s\n", said.Document.Type, said.Outcome, said.Header.ID)
	t.Receipts[said.Document.Digest] = said.Outcome
}

// About says whether a dossier's head is about the consignment of this waybill: the feed has those of all.
func About(head []byte, waybill string) bool {
	var said struct {
		Header struct {
			Subjects []struct {
				Keys []struct{ Scheme, Issuer, Value string }
			}
		}
	}
	Must0(json.Unmarshal(head, &said))
	for _, key := range said.Header.Subjects[0].Keys {
		if key.Scheme == "waybill" && key.Issuer == Carrier && key.Value == waybill {
			return true
		}
	}
	return false
}

// Finish checks the dossier's release, keeps the dossier's octets and prints the line.
func (t *Told) Finish(sandbox *Sandbox, dossier []byte, wanted string) {
	release := Must(sandbox.Trust.ReleaseOf(dossier, wanted))
	Must0(os.WriteFile("dossier.json", dossier, 0o600))
	t.Dossier, t.Release = wanted, release.ReleaseNumber
	fmt.Printf("dossier %s in dossier.json, release %s sealed by %s\n", wanted, t.Release, release.Header.Issuer)
	fmt.Println(string(Must(json.Marshal(t))))
}

// Fresh is a number that nobody used before.
func Fresh() string { return rand.Text()[:12] }

// Now is the present as the standard writes times.
func Now() string { return time.Now().UTC().Format(time.RFC3339) }

// UUID is a new document's id.
func UUID() string {
	octets := make([]byte, 16)
	Must(rand.Read(octets))
	octets[6], octets[8] = octets[6]&0x0f|0x40, octets[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", octets[:4], octets[4:6], octets[6:8], octets[8:10], octets[10:])
}

// Must ends the program where there is an error.
func Must[T any](value T, err error) T {
	Must0(err)
	return value
}

// Must0 ends the program where there is an error.
func Must0(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
