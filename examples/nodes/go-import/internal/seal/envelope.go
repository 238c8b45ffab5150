package seal

import (
	"encoding/json"
	"regexp"
	"strings"

	"threeflow.example/goimport/internal/octets"
	"threeflow.example/goimport/internal/refuse"
)

// The two uses of a signature (TF-SEAL-4, TF-TOKEN-2).
const (
	DocumentTyp = "threeflow-doc+jws"
	TokenTyp    = "threeflow-token+jwt"
)

var kidForm = regexp.MustCompile(`^[a-z0-9-]+(\.[a-z0-9-]+)+#[a-z0-9]+([.-][a-z0-9]+)*$`)

// Signature is one seal: its two texts, and what its protected header says.
type Signature struct {
	Protected, Text string
	Alg, Kid        string
}

// Envelope is an envelope of the right form whose seals are not verified yet.
type Envelope struct {
	Raw         []byte
	PayloadText string
	Payload     []byte
	Signatures  []Signature
	PartTexts   []string
	Parts       [][]byte
}

func malformed(requirement, detail string) error {
	return refuse.As("envelope-malformed", requirement, "%s", detail)
}

// ReadEnvelope reads the form of an envelope and of its protected headers (TF-SEAL-1 to 5, TF-SEAL-13).
func ReadEnvelope(raw []byte) (*Envelope, error) {
	object, err := octets.ParseObject(raw)
	if err != nil {
		return nil, malformed(err.(*octets.Error).Requirement, err.Error())
	}
	return EnvelopeOf(object, raw)
}

// EnvelopeOf reads an envelope that is already parsed.
func EnvelopeOf(object map[string]any, raw []byte) (*Envelope, error) {
	made := &Envelope{Raw: raw}
	var err error
	if made.PayloadText, made.Payload, err = encoded(object["payload"]); err != nil {
		return nil, err
	}
	signatures, isList := object["signatures"].([]any)
	if !isList || !only(object, "payload", "signatures", "parts") {
		return nil, malformed("TF-SEAL-1", "an envelope consists of payload, signatures and perhaps parts")
	}
	if len(signatures) < 1 || len(signatures) > 8 {
		return nil, malformed("TF-SEAL-13", "an envelope has 1 to 8 signatures")
	}
	if err := made.readParts(object); err != nil {
		return nil, err
	}
	return made, made.readSignatures(signatures)
}

func (e *Envelope) readParts(object map[string]any) error {
	raw, there := object["parts"]
	if !there {
		return nil
	}
	parts, isList := raw.([]any)
	if !isList || len(parts) < 1 || len(parts) > 20 {
		return malformed("TF-SEAL-1", "parts is a list of 1 to 20 texts")
	}
	for _, each := range parts {
		text, part, err := encoded(each)
		if err != nil {
			return err
		}
		e.PartTexts, e.Parts = append(e.PartTexts, text), append(e.Parts, part)
	}
	return nil
}

func (e *Envelope) readSignatures(signatures []any) error {
	kids := map[string]bool{}
	for _, each := range signatures {
		object, _ := each.(map[string]any)
		if len(object) != 2 || !only(object, "protected", "signature") {
			return malformed("TF-SEAL-2", "a signature consists of protected and signature")
		}
		protected, header, err := encoded(object["protected"])
		if err != nil {
			return err
		}
		// An empty signature is of the form, and verifies under no key.
		text, isText := object["signature"].(string)
		if _, err := octets.Decode(text); err != nil || !isText {
			return malformed("TF-CONV-10", "a signature is no text of canonical base64url")
		}
		one := Signature{Protected: protected, Text: text}
		if one.Alg, one.Kid, err = ReadHeader(protected, header, DocumentTyp, "header-malformed", "TF-SEAL-3", "TF-SEAL-4"); err != nil {
			return err
		}
		if kids[one.Kid] {
			return malformed("TF-SEAL-13", "two signatures of one kid")
		}
		kids[one.Kid] = true
		e.Signatures = append(e.Signatures, one)
	}
	return nil
}

// encoded reads a text of canonical base64url that is not empty.
func encoded(raw any) (string, []byte, error) {
	text, isText := raw.(string)
	if !isText || text == "" {
		return "", nil, malformed("TF-SEAL-1", "a text of base64url is missing")
	}
	found, err := octets.Decode(text)
	if err != nil {
		return "", nil, malformed("TF-CONV-10", err.Error())
	}
	return text, found, nil
}

func only(object map[string]any, names ...string) bool {
	for name := range object {
		found := false
		for _, each := range names {
			found = found || each == name
		}
		if !found {
			return false
		}
	}
	return true
}

// ReadHeader reads a protected header: exactly alg, kid and typ, the typ that is wanted, an algorithm that is known.
func ReadHeader(text string, header []byte, typ, code, requirement, typRequirement string) (string, string, error) {
	object, err := octets.ParseObject(header)
	if err != nil {
		return "", "", refuse.As(code, err.(*octets.Error).Requirement, "the protected header is no strict JSON: %v", err)
	}
	_, isAlg := object["alg"]
	alg, _ := object["alg"].(string)
	kid, isKid := object["kid"].(string)
	said, isTyp := object["typ"].(string)
	if !isAlg || !isKid || !isTyp || len(object) != 3 || len(text) > 512 {
		return "", "", refuse.As(code, requirement, "a protected header consists of alg, kid and typ, in at most 512 characters")
	}
	if node, _, _ := strings.Cut(kid, "#"); !kidForm.MatchString(kid) || len(node) > 64 || len(kid)-len(node) > 65 {
		return "", "", refuse.As(code, "TF-CONV-12", "%q is no kid", kid)
	}
	if said != typ {
		return "", "", refuse.As("wrong-typ", typRequirement, "the typ is %q, not %q", said, typ)
	}
	if alg != "ES256" && alg != "Ed25519" {
		return "", "", refuse.As("unsupported-algorithm", "TF-SEAL-5", "%q is neither ES256 nor Ed25519", alg)
	}
	return alg, kid, nil
}

// NodeOf is the node under which a kid stands.
func NodeOf(kid string) string {
	node, _, _ := strings.Cut(kid, "#")
	return node
}

// Lookup finds a key by its kid, or nil.
type Lookup func(kid string) *Key

// Verify checks every seal and that all are of the issuer (TF-SEAL-6 to 11).
func (e *Envelope) Verify(keys Lookup, issuer string) error {
	for _, each := range e.Signatures {
		key := keys(each.Kid)
		if key == nil {
			return refuse.As("unknown-signer", "TF-SEAL-10", "no trust list names %s", each.Kid)
		}
		if key.Use != "seal" {
			return refuse.As("key-use", "TF-SEAL-7", "%s is listed for another use", each.Kid)
		}
		if key.Alg != each.Alg {
			return refuse.As("unsupported-algorithm", "TF-SEAL-6", "%s is listed for %s", each.Kid, key.Alg)
		}
		signature, err := octets.Decode(each.Text)
		if err != nil || len(signature) != 64 {
			return refuse.As("seal-invalid", "TF-SEAL-9", "the signature of %s has not 64 octets", each.Kid)
		}
		if !key.Verifies([]byte(each.Protected+"."+e.PayloadText), signature) {
			return refuse.As("seal-invalid", "TF-SEAL-8", "the seal of %s does not verify", each.Kid)
		}
	}
	for _, each := range e.Signatures {
		if NodeOf(each.Kid) != issuer {
			return refuse.As("issuer-mismatch", "TF-SEAL-11", "%s is no key of %s", each.Kid, issuer)
		}
	}
	return nil
}

// Missing is refused where an algorithm that is required has no seal (TF-SEAL-12).
func (e *Envelope) Missing(required []string) error {
	for _, wanted := range required {
		found := false
		for _, each := range e.Signatures {
			found = found || each.Alg == wanted
		}
		if !found {
			return refuse.As("seal-missing", "TF-SEAL-12", "the issuer must also seal with %s", wanted)
		}
	}
	return nil
}

// Kids names the keys of all seals.
func (e *Envelope) Kids() []string {
	found := make([]string, len(e.Signatures))
	for index, each := range e.Signatures {
		found[index] = each.Kid
	}
	return found
}

// Seal puts a payload under the seal of one key.
func (s *Signer) Seal(payload []byte) ([]byte, error) {
	protected := s.protected(DocumentTyp)
	text := octets.Encode(payload)
	signature, err := s.Sign([]byte(protected + "." + text))
	if err != nil {
		return nil, err
	}
	return Written(text, []Signature{{Protected: protected, Text: octets.Encode(signature)}}, nil), nil
}

func (s *Signer) protected(typ string) string {
	header, _ := json.Marshal(map[string]string{"alg": s.Alg, "kid": s.Kid, "typ": typ})
	return octets.Encode(header)
}

// Written is an envelope in the form that dossiers ask: members in their order, no white space (TF-DOS-2).
func Written(payload string, signatures []Signature, parts []string) []byte {
	var text strings.Builder
	text.WriteString(`{"payload":"` + payload + `","signatures":[`)
	for index, each := range signatures {
		if index > 0 {
			text.WriteByte(',')
		}
		text.WriteString(`{"protected":"` + each.Protected + `","signature":"` + each.Text + `"}`)
	}
	text.WriteByte(']')
	if len(parts) > 0 {
		text.WriteString(`,"parts":["` + strings.Join(parts, `","`) + `"]`)
	}
	text.WriteByte('}')
	return []byte(text.String())
}
