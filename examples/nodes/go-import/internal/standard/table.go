package standard

import "gopkg.in/yaml.v3"

// Words is a text in English and Chinese.
type Words struct {
	En string `yaml:"en"`
	Zh string `yaml:"zh"`
}

// Map gives the words as messages have them.
func (w Words) Map() map[string]string { return map[string]string{"en": w.En, "zh": w.Zh} }

// States is a list of states, or every state.
type States struct {
	Any  bool
	List []string
}

// UnmarshalYAML reads `any` or a list.
func (s *States) UnmarshalYAML(node *yaml.Node) error {
	if node.Kind == yaml.ScalarNode {
		s.Any = node.Value == "any"
		return nil
	}
	return node.Decode(&s.List)
}

// Holds says whether a state is among them.
func (s States) Holds(state string) bool {
	for _, each := range s.List {
		if each == state {
			return true
		}
	}
	return s.Any
}

// Move is one way a step may go.
type Move struct {
	From   States   `yaml:"from"`
	To     string   `yaml:"to"`
	When   string   `yaml:"when"`
	HeldBy []string `yaml:"held-by"`
}

// Step is what a document does to one track.
type Step struct {
	Move     `yaml:",inline"`
	Track    string `yaml:"track"`
	Position string `yaml:"position"`
	Guard    string `yaml:"guard"`
	Moves    []Move `yaml:"moves"`
	Lines    string `yaml:"lines"`
	Side     string `yaml:"side"`
	Clears   bool   `yaml:"clears"`
	Returns  bool   `yaml:"returns"`
}

// All gives the moves of a step, in order.
func (s Step) All() []Move {
	if s.Moves != nil {
		return s.Moves
	}
	return []Move{s.Move}
}

// Post is a mark that a document puts on goods.
type Post struct {
	Account  string `yaml:"account"`
	Side     string `yaml:"side"`
	Position string `yaml:"position"`
	Guard    string `yaml:"guard"`
	Reverse  bool   `yaml:"reverse"`
}

// Finding is what is found where `When` is true.
type Finding struct {
	Code  string `yaml:"code"`
	When  string `yaml:"when"`
	Words `yaml:",inline"`
}

// Said is what a row says for all of its kinds and a kind for itself.
type Said struct {
	Issuers    []string  `yaml:"issuers"`
	Subject    string    `yaml:"subject"`
	Must       *[]string `yaml:"must"`
	Competence string    `yaml:"competence"`
	Steps      []Step    `yaml:"steps"`
	Post       []Post    `yaml:"post"`
	Findings   []Finding `yaml:"findings"`
	Confirms   *bool     `yaml:"confirms"`
}

// DoesConfirm says whether the giver of a number confirms with such a document the claims of those that it names.
func (s Said) DoesConfirm() bool { return s.Confirms != nil && *s.Confirms }

// Kind is one kind of a document type.
type Kind struct {
	Said     `yaml:",inline"`
	Position string `yaml:"position"`
	Agrees   *bool  `yaml:"agrees"`
	Declares bool   `yaml:"declares"`
}

// Declares says where goods are listed.
type Declares struct {
	Items    string `yaml:"items"`
	Sequence string `yaml:"sequence"`
	Quantity string `yaml:"quantity"`
	Packages string `yaml:"packages"`
	Package  string `yaml:"package"`
	Contents string `yaml:"contents"`
}

// Row is one document type of the exchange table.
type Row struct {
	Said       `yaml:",inline"`
	Type       string            `yaml:"type"`
	Nature     string            `yaml:"nature"`
	Receivers  []string          `yaml:"receivers"`
	At         string            `yaml:"at"`
	Position   string            `yaml:"position"`
	PositionOf []string          `yaml:"position-of"`
	Office     string            `yaml:"office"`
	Scope      string            `yaml:"scope"`
	Facts      map[string]string `yaml:"facts"`
	Names      map[string]string `yaml:"names"`
	IssuerOf   string            `yaml:"issuer-of"`
	Account    string            `yaml:"account"`
	Accounts   []string          `yaml:"accounts"`
	Entries    yaml.Node         `yaml:"entries"`
	EntriesOf  []string          `yaml:"entries-of"`
	Declares   *Declares         `yaml:"declares"`
	Replace    string            `yaml:"replace"`
	Kinds      map[string]*Kind  `yaml:"kinds"`
	Order      int               `yaml:"-"`
	Lists      []Lines           `yaml:"-"`
}

// Lines is a list of lines about entries, by name and pointer.
type Lines struct{ Name, Pointer string }

// Of gives what holds for a kind: its own word, else the row's.
func (r *Row) Of(kind string) Said {
	held, own := r.Said, r.Kinds[kind]
	if own == nil {
		return held
	}
	if own.Issuers != nil {
		held.Issuers = own.Issuers
	}
	if own.Subject != "" {
		held.Subject = own.Subject
	}
	if own.Must != nil {
		held.Must = own.Must
	}
	if own.Competence != "" {
		held.Competence = own.Competence
	}
	if own.Steps != nil {
		held.Steps = own.Steps
	}
	if own.Post != nil {
		held.Post = own.Post
	}
	if own.Findings != nil {
		held.Findings = own.Findings
	}
	if own.Confirms != nil {
		held.Confirms = own.Confirms
	}
	return held
}

// Track is one line of states.
type Track struct {
	Subject  string   `yaml:"subject"`
	Writers  []string `yaml:"writers"`
	Apart    []string `yaml:"apart"`
	PerKind  bool     `yaml:"per-kind"`
	PerEntry bool     `yaml:"per-entry"`
	States   []string `yaml:"states"`
}

// Fact is a name that guards may use, with its source.
type Fact struct {
	Source  string `yaml:"source"`
	Account string `yaml:"account"`
	Side    string `yaml:"side"`
	Of      string `yaml:"of"`
	Default any    `yaml:"default"`
}

// Table is the exchange table.
type Table struct {
	Positions []string         `yaml:"positions"`
	Tracks    map[string]Track `yaml:"tracks"`
	Accounts  map[string]struct {
		Kept bool `yaml:"kept"`
	} `yaml:"accounts"`
	Keys map[string]struct {
		GivenBy []string `yaml:"given-by"`
	} `yaml:"keys"`
	Facts     map[string]Fact   `yaml:"facts"`
	Findings  map[string]Words  `yaml:"findings"`
	Names     map[string]string `yaml:"names"`
	Documents []*Row            `yaml:"documents"`
	rows      map[string]*Row
	follows   map[string]map[string]map[string]bool
}

// Row finds a document type, or nil.
func (t *Table) Row(name string) *Row { return t.rows[name] }

func readTable(text []byte) (*Table, error) {
	made := &Table{rows: map[string]*Row{}}
	if err := yaml.Unmarshal(text, made); err != nil {
		return nil, err
	}
	for index, row := range made.Documents {
		row.Order = index
		for at := 0; at+1 < len(row.Entries.Content); at += 2 {
			row.Lists = append(row.Lists, Lines{row.Entries.Content[at].Value, row.Entries.Content[at+1].Value})
		}
		made.rows[row.Type] = row
	}
	made.reach()
	return made, nil
}

// reach finds which state can follow which: at once by some kind of some type, or through states between.
func (t *Table) reach() {
	t.follows = map[string]map[string]map[string]bool{}
	for name, track := range t.Tracks {
		next := map[string]map[string]bool{}
		for _, state := range track.States {
			next[state] = map[string]bool{}
		}
		for _, row := range t.Documents {
			for kind := range row.Kinds {
				for _, step := range row.Of(kind).Steps {
					if step.Track == name {
						edges(next, step, track.States)
					}
				}
			}
		}
		for range track.States {
			for _, over := range next {
				for middle := range over {
					for to := range next[middle] {
						over[to] = true
					}
				}
			}
		}
		t.follows[name] = next
	}
}

func edges(next map[string]map[string]bool, step Step, states []string) {
	for _, move := range step.All() {
		for _, state := range states {
			if move.To != "unchanged" && move.From.Holds(state) {
				next[state][move.To] = true
			}
		}
	}
}

// CanFollow says whether a state from which a step takes effect holds, or can still come.
func (t *Table) CanFollow(step Step, state string) bool {
	for _, move := range step.All() {
		if move.From.Holds(state) {
			return true
		}
		for _, wanted := range move.From.List {
			if t.follows[step.Track][state][wanted] {
				return true
			}
		}
	}
	return false
}
