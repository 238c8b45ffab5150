package process

import (
	"math/big"
	"sort"
	"strconv"
	"strings"
)

// Account is a balance of marks on the goods: what was credited, debited, is open, and in difference, by unit.
type Account struct {
	Account                         string
	Credit, Debit, Open, Difference map[string]*big.Rat
	State                           string
}

// Accounts gives the accounts of a consignment that goods bear marks of (TF-SUBJ-16): packages, each once however many
// portions it spans; goods in no package by item.
func (s *State) Accounts() []Account {
	names := map[string]bool{}
	for _, portion := range s.Portions {
		for mark, there := range portion.marks {
			if there {
				name, _, _ := strings.Cut(mark, "/")
				names[name] = true
			}
		}
	}
	var found []Account
	for _, name := range trueNames(names) {
		made := Account{Account: name, Credit: s.marked(name + "/credit"), Debit: s.marked(name + "/debit"), State: "reconciled"}
		made.Open, made.Difference = less(made.Credit, made.Debit), less(made.Debit, made.Credit)
		if len(made.Open) > 0 {
			made.State = "open"
		}
		if len(made.Difference) > 0 {
			made.State = "difference"
		}
		found = append(found, made)
	}
	return found
}

func (s *State) marked(mark string) map[string]*big.Rat {
	found := map[string]*big.Rat{}
	for _, portion := range s.Portions {
		if !portion.marks[mark] {
			continue
		}
		for _, cell := range portion.Cells {
			if cell.Package != "" {
				found[cell.Package] = big.NewRat(1, 1)
				continue
			}
			unit := "item " + strconv.FormatInt(cell.Sequence, 10)
			if found[unit] == nil {
				found[unit] = new(big.Rat)
			}
			found[unit].Add(found[unit], cell.Quantity)
		}
	}
	return found
}

func less(of, other map[string]*big.Rat) map[string]*big.Rat {
	found := map[string]*big.Rat{}
	for unit, value := range of {
		rest := new(big.Rat).Set(value)
		if other[unit] != nil {
			rest.Sub(rest, other[unit])
		}
		if rest.Sign() > 0 {
			found[unit] = rest
		}
	}
	return found
}

// Units names the units of a balance, sorted.
func Units(of map[string]*big.Rat) []string {
	found := make([]string, 0, len(of))
	for unit := range of {
		found = append(found, unit)
	}
	sort.Strings(found)
	return found
}

// Figures writes the figures of a balance.
func (a Account) Figures(of map[string]*big.Rat) map[string]string {
	found := map[string]string{}
	for unit, value := range of {
		found[unit] = Decimal(value)
	}
	return found
}
