package node

import (
	"errors"

	"threeflow.example/goimport/internal/octets"
	"threeflow.example/goimport/internal/refuse"
)

// Media types of answers.
const (
	jose    = "application/jose+json"
	plain   = "application/json"
	problem = "application/problem+json"
	ndjson  = "application/x-ndjson"
)

// answer is what a request is answered.
type answer struct {
	status  int
	media   string
	body    []byte
	headers map[string]string
}

// refusal gives the problem of an error; what is no refusal is the node's own fault.
func (n *Node) refusal(err error) (*refuse.Refusal, map[string]any) {
	var refused *refuse.Refusal
	var broken *octets.Error
	switch {
	case errors.As(err, &refused):
	case errors.As(err, &broken):
		refused = refuse.As("json-malformed", broken.Requirement, "%s", broken.Detail)
	default:
		refused = refuse.As("unavailable", "TF-REST-8", "the node cannot answer now")
	}
	code := n.standard.Refusals[refused.Code]
	said := map[string]any{
		"type": "https://threeflow.example/v1/refusals/" + refused.Code, "title": code.Title.En, "status": code.HTTP,
		"detail": refused.Detail, "code": refused.Code, "requirement": refused.Requirement, "retryable": code.Retryable,
		"titles": code.Title.Map(), "remedy": code.Remedy.Map(),
	}
	if refused.Pointer != "" {
		said["pointer"] = refused.Pointer
	}
	if len(refused.Violations) > 0 {
		said["violations"] = refused.Violations
	}
	return refused, said
}

// unsealed refuses towards one who is not proven, or for the form of the request itself (TF-INTAKE-28).
func (n *Node) unsealed(err error) *answer {
	refused, said := n.refusal(err)
	made := &answer{n.standard.Refusals[refused.Code].HTTP, problem, dump(said), nil}
	if made.status == 401 {
		made.headers = map[string]string{"WWW-Authenticate": "Bearer"}
	}
	return made
}

// refused refuses under seal; of is the payload that was not taken in, if there was one.
func (n *Node) refused(err error, caller string, of []byte) *answer {
	refused, said := n.refusal(err)
	value := map[string]any{"header": n.artefact("refusal", map[string]any{"receivers": []string{caller}}), "problem": said}
	if of != nil {
		value["digest"] = digestOf(of)
	}
	envelope, _, err := n.sealed(value)
	if err != nil {
		return n.unsealed(err)
	}
	return &answer{n.standard.Refusals[refused.Code].HTTP, jose, envelope, nil}
}
