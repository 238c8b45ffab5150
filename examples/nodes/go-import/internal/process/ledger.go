package process

// Ledger will hold the entries of an account.
type Ledger struct{}

func newLedger() *Ledger { return &Ledger{} }

func (l *Ledger) fact(string, []string) bool { return false }

func (f *fold) linesOf(*Document) []string { return nil }

func (f *fold) moveLines(*Document) ([]string, func(), bool) { return nil, func() {}, true }

func (f *fold) linesCanFollow(*Document) bool { return false }

// States gives the state of each entry by its key.
func (l *Ledger) States() map[string]string { return map[string]string{} }

// AllAccounts gives the accounts of marks, or the one of entries.
func (s *State) AllAccounts() []Account { return s.Accounts() }
