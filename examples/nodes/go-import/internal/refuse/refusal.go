// Package refuse holds what a node says where it does not take something in (page *Receipts and refusals*).
package refuse

import "fmt"

// Violation is one place that breaks a schema or a rule.
type Violation struct {
	Rule       string            `json:"rule"`
	Pointer    string            `json:"pointer"`
	Parameters map[string]any    `json:"parameters,omitempty"`
	Message    map[string]string `json:"message"`
}

// Refusal is a code of refusals.yaml with the requirement that is broken; it is an error.
type Refusal struct {
	Code, Requirement, Detail, Pointer string
	Violations                         []Violation
}

func (r *Refusal) Error() string { return fmt.Sprintf("%s (%s): %s", r.Code, r.Requirement, r.Detail) }

// As makes a refusal with a detail in the manner of Printf.
func As(code, requirement, format string, values ...any) *Refusal {
	return &Refusal{Code: code, Requirement: requirement, Detail: fmt.Sprintf(format, values...)}
}
