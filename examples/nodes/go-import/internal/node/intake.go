package node

import (
	"time"

	"threeflow.example/goimport/internal/octets"
	"threeflow.example/goimport/internal/process"
	"threeflow.example/goimport/internal/refuse"
	"threeflow.example/goimport/internal/seal"
	"threeflow.example/goimport/internal/trust"
)

// The two protocol artefacts that are submitted like documents.
const (
	checkpointType = "checkpoint"
	headType       = "dossier-head"
	specVersion    = "1.0"
)

// submission is a document on its way through the checks.
type submission struct {
	envelope *seal.Envelope
	payload  map[string]any
	digest   string
	caller   string
	document *process.Document
	now      time.Time
	parts    map[string]map[string]any
	findings []finding
}

func (s *submission) text(pointer string) string { return process.Text(s.payload, pointer) }

func (s *submission) issuer() string { return s.text("/header/issuer") }

func (s *submission) artefact() bool { return s.document == nil }

// submit takes an envelope through the checks in their fixed order (TF-INTAKE-1) and answers with a sealed outcome.
func (n *Node) submit(raw []byte, caller string) *answer {
	s, err := n.open(raw, caller)
	if err != nil {
		return n.refused(err, caller, payloadOf(raw))
	}
	if s.text("/header/type") == checkpointType {
		return n.submitCheckpoint(s)
	}
	n.lock.Lock()
	defer n.lock.Unlock()
	if again, err := n.repeat(s); again != nil || err != nil {
		return n.outcome(s, again, err)
	}
	if err := n.judge(s); err != nil {
		return n.outcome(s, nil, err)
	}
	made, err := n.decide(s)
	return n.outcome(s, made, err)
}

func payloadOf(raw []byte) []byte {
	if envelope, err := seal.ReadEnvelope(raw); err == nil {
		return envelope.Payload
	}
	return nil
}

func (n *Node) outcome(s *submission, made *answer, err error) *answer {
	if err != nil {
		return n.refused(err, s.caller, s.envelope.Payload)
	}
	return made
}

// open reads envelope, JSON and header, and verifies the seals.
func (n *Node) open(raw []byte, caller string) (*submission, error) {
	envelope, err := seal.ReadEnvelope(raw)
	if err != nil {
		return nil, err
	}
	payload, err := octets.ParseObject(envelope.Payload)
	if err != nil {
		return nil, err
	}
	header, ok := payload["header"].(map[string]any)
	for _, name := range []string{"type", "id", "issuer", "issuedAt"} {
		_, isText := header[name].(string)
		ok = ok && isText
	}
	if !ok {
		return nil, refuse.As("header-malformed", "TF-DOC-2", "the header lacks type, id, issuer or issuedAt")
	}
	s := &submission{
		envelope: envelope, payload: payload, digest: octets.Digest(envelope.Payload), caller: caller, now: n.now(),
	}
	return s, envelope.Verify(n.trust.Key, s.issuer())
}

// repeat answers what was taken in before: the first receipt, or a conflict (TF-INTAKE-4 to 6).
func (n *Node) repeat(s *submission) (*answer, error) {
	before := n.memory.byID[s.issuer()+"/"+s.text("/header/id")]
	switch {
	case before == nil:
		return nil, nil
	case before.digest == s.digest:
		return &answer{200, jose, before.Receipt, nil}, nil
	}
	return nil, refuse.As("document-conflict", "TF-INTAKE-6", "the id is bound to %s", before.digest)
}

// judge looks at keys, schema, environment, parts, rights and references, in this order.
func (n *Node) judge(s *submission) error {
	for _, kid := range s.envelope.Kids() {
		if err := n.trust.Good(kid, s.now); err != nil {
			return err
		}
	}
	issuer := n.trust.Node(s.issuer())
	if issuer == nil {
		return refuse.As("key-retired", "TF-TRUST-16", "the newest list does not name %s any more", s.issuer())
	}
	if err := s.envelope.Missing(issuer.Required(s.now)); err != nil {
		return err
	}
	if err := n.form(s); err != nil {
		return err
	}
	if s.text("/header/environment") != n.Environment {
		return refuse.As("wrong-environment", "TF-INTAKE-3", "the document is of %s", s.text("/header/environment"))
	}
	if err := n.openParts(s); err != nil {
		return err
	}
	if err := n.entitled(s, issuer); err != nil {
		return err
	}
	if s.artefact() {
		return nil
	}
	if err := n.references(s); err != nil {
		return err
	}
	return n.obeys(s)
}

// form looks at type, version and schema (TF-DOC-1, TF-VER-1, TF-DOC-3, TF-TABLE-2, TF-DOC-6).
func (n *Node) form(s *submission) error {
	name := s.text("/header/type")
	s.document = process.Read(n.standard.Table, s.payload, s.digest)
	if s.document == nil && name != checkpointType && name != headType {
		return refuse.As("unknown-type", "TF-DOC-1", "%q is no type of document that is submitted", name)
	}
	// A header that states no version breaks its schema; only one that is stated can be unknown.
	if version := s.text("/header/specVersion"); version != "" && version != specVersion {
		return refuse.As("unknown-version", "TF-VER-1", "this node speaks %s", specVersion)
	}
	violations := n.standard.Violations(name, s.payload)
	if s.document != nil && s.document.Row.Kinds[s.document.Kind] == nil && len(violations) == 0 {
		violations = []refuse.Violation{{Rule: "enum", Pointer: "/header/kind", Message: map[string]string{
			"en": "the table knows no such kind of this type", "zh": "交换表中该类型没有此种类",
		}}}
	}
	if len(violations) > 0 {
		return &refuse.Refusal{Code: "schema-violated", Requirement: "TF-DOC-3", Violations: violations,
			Detail: "the document breaks its schema at " + violations[0].Pointer}
	}
	subjects, _ := process.At(s.payload, "/header/subjects").([]any)
	if s.document != nil && s.document.Said.Subject != "inherited" && len(subjects) == 0 {
		return refuse.As("subject-missing", "TF-DOC-6", "the document names no subject")
	}
	if s.document != nil && s.document.Said.Subject == "inherited" && len(subjects) == 0 && len(s.document.Names) == 0 {
		return refuse.As("subject-missing", "TF-DOC-6", "the document names nothing whose subject it could share")
	}
	return nil
}

// openParts compares the parts that came with those that the header binds (TF-INTAKE-23, page Personal data parts).
func (n *Node) openParts(s *submission) error {
	bound, names := map[string]string{}, map[string]bool{}
	bindings, _ := process.At(s.payload, "/header/parts").([]any)
	for _, each := range bindings {
		name, digest := process.Text(each, "/name"), process.Text(each, "/digest")
		if names[name] || bound[digest] != "" {
			return refuse.As("part-unbound", "TF-PART-3", "two entries of the header share the name %s or a digest", name)
		}
		names[name], bound[digest] = true, name
	}
	s.parts = map[string]map[string]any{}
	for _, part := range s.envelope.Parts {
		name := bound[octets.Digest(part)]
		if name == "" {
			return refuse.As("part-unbound", "TF-PART-4", "a part is bound by no entry of the header")
		}
		if s.parts[name] != nil {
			return refuse.As("part-unbound", "TF-PART-4", "the part %s comes twice", name)
		}
		value, err := octets.ParseObject(part)
		if err != nil {
			return err
		}
		if broken := n.standard.Violations("part", value); len(broken) > 0 {
			return &refuse.Refusal{Code: "schema-violated", Requirement: "TF-PART-1", Violations: broken,
				Detail: "the part " + name + " breaks its schema"}
		}
		s.parts[name], _ = value["party"].(map[string]any)
	}
	return pointsToBound(s.payload, names)
}

// pointsToBound refuses a party that points to a part which the header does not bind (TF-PART-6).
func pointsToBound(value any, names map[string]bool) error {
	parties, _ := process.At(value, "/parties").(map[string]any)
	for member, party := range parties {
		list, isList := party.([]any)
		if !isList {
			list = []any{party}
		}
		for _, each := range list {
			if name, points := process.At(each, "/part").(string); points && !names[name] {
				return refuse.As("part-unbound", "TF-PART-6", "the party %s points to %s, which no entry binds", member, name)
			}
		}
	}
	return nil
}

// obeys judges the rules; a request that breaks one of severity error is refused (TF-INTAKE-19).
func (n *Node) obeys(s *submission) error {
	opened, withheld := s.opened()
	found, err := n.rules.Document(opened, s.text("/header/profile"), s.document.At, nil, withheld)
	if err != nil {
		return err
	}
	var broken []refuse.Violation
	for _, each := range found {
		s.findings = append(s.findings, finding{
			Rule: each.Rule, Severity: each.Severity, Verdict: each.Verdict, Pointer: each.Pointer,
			Parameters: each.Parameters, Message: each.Message,
		})
		if each.Severity == "error" && each.Verdict == "fail" {
			broken = append(broken, refuse.Violation{
				Rule: each.Rule, Pointer: each.Pointer, Parameters: each.Parameters, Message: each.Message,
			})
		}
	}
	if len(broken) > 0 && s.document.Row.Nature == "request" {
		return &refuse.Refusal{Code: "rule-violated", Requirement: "TF-INTAKE-19", Violations: broken,
			Detail: "the request breaks " + broken[0].Rule}
	}
	return nil
}

// opened is the payload with its parties' parts in their places, and the places whose part is withheld.
func (s *submission) opened() (map[string]any, []string) {
	parties, _ := s.payload["parties"].(map[string]any)
	if parties == nil {
		return s.payload, nil
	}
	copied, shown := map[string]any{}, map[string]any{}
	for name, value := range s.payload {
		copied[name] = value
	}
	var withheld []string
	for member, value := range parties {
		shown[member] = value
		party, _ := value.(map[string]any)
		name, points := party["part"].(string)
		if !points {
			continue
		}
		if s.parts[name] == nil {
			withheld = append(withheld, "/parties/"+member)
			continue
		}
		merged := map[string]any{}
		for _, each := range []map[string]any{s.parts[name], party} {
			for inner, one := range each {
				merged[inner] = one
			}
		}
		shown[member] = merged
	}
	copied["parties"] = shown
	return copied, withheld
}

// jurisdiction is the first label of a node id.
func jurisdiction(node string) string { return trust.JurisdictionOf(node) }
