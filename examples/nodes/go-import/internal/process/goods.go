package process

import (
	"math/big"
	"sort"
	"strings"
)

// Cell is goods that are counted together: an item in a package.
type Cell struct {
	Sequence int64
	Package  string
	Quantity *big.Rat
}

// Portion is the least part of a subject that is treated differently.
type Portion struct {
	Ordinal int
	Cells   []Cell
	States  map[string]string
	marks   map[string]bool
	agreed  map[string]bool
	seen    map[string]bool
	factAt  map[string]int
}

func newPortion(ordinal int) *Portion {
	return &Portion{
		Ordinal: ordinal, States: map[string]string{}, marks: map[string]bool{}, agreed: map[string]bool{},
		seen: map[string]bool{}, factAt: map[string]int{},
	}
}

// copied is a portion with the same history and other goods.
func (p *Portion) copied(ordinal int, cells []Cell) *Portion {
	made := newPortion(ordinal)
	made.Cells = cells
	for name, value := range p.States {
		made.States[name] = value
	}
	for _, pair := range [][2]map[string]bool{{made.marks, p.marks}, {made.agreed, p.agreed}, {made.seen, p.seen}} {
		for name, value := range pair[1] {
			pair[0][name] = value
		}
	}
	for name, value := range p.factAt {
		made.factAt[name] = value
	}
	return made
}

// Packages names the packages that a portion has goods in, sorted.
func (p *Portion) Packages() []string {
	seen, found := map[string]bool{}, []string{}
	for _, each := range p.Cells {
		if each.Package != "" && !seen[each.Package] {
			seen[each.Package] = true
			found = append(found, each.Package)
		}
	}
	sort.Strings(found)
	return found
}

// Decimal writes a quantity without needless zeros.
func Decimal(value *big.Rat) string {
	text := value.FloatString(10)
	if strings.Contains(text, ".") {
		text = strings.TrimRight(strings.TrimRight(text, "0"), ".")
	}
	return text
}

func quantity(raw any) *big.Rat {
	if object, ok := raw.(map[string]any); ok {
		raw = object["value"]
	}
	text, _ := raw.(string)
	if found, ok := new(big.Rat).SetString(text); ok {
		return found
	}
	return new(big.Rat)
}

// cells gives the goods that a declaring document lists.
func (d *Document) cells() []Cell {
	how := d.Row.Declares
	items, _ := At(d.Payload, how.Items).([]any)
	packages, _ := At(d.Payload, how.Packages).([]any)
	left := map[int64]*big.Rat{}
	var order []int64
	for _, each := range items {
		sequence, _ := At(each, how.Sequence).(int64)
		if left[sequence] == nil {
			order = append(order, sequence)
			left[sequence] = new(big.Rat)
		}
		left[sequence].Add(left[sequence], quantity(At(each, how.Quantity)))
	}
	var found []Cell
	for _, each := range packages {
		name := Text(each, how.Package)
		contents, _ := At(each, how.Contents).([]any)
		for _, content := range contents {
			sequence, _ := At(content, how.Sequence).(int64)
			much := quantity(At(content, "/quantity"))
			found = append(found, Cell{sequence, name, much})
			if left[sequence] != nil {
				left[sequence].Sub(left[sequence], much)
			}
		}
		if len(contents) == 0 {
			found = append(found, Cell{0, name, big.NewRat(1, 1)})
		}
	}
	for _, sequence := range order {
		if left[sequence].Sign() > 0 {
			found = append(found, Cell{sequence, "", left[sequence]})
		}
	}
	sortCells(found)
	return found
}

func sortCells(cells []Cell) {
	sort.SliceStable(cells, func(a, b int) bool {
		if cells[a].Sequence != cells[b].Sequence {
			return cells[a].Sequence < cells[b].Sequence
		}
		return cells[a].Package < cells[b].Package
	})
}

// scope is what a document speaks about: the whole, or packages, or items with quantities.
type scope struct {
	whole    bool
	packages []string
	items    []Cell
	anywhere []bool
}

func readScope(raw any) scope {
	switch said := raw.(type) {
	case []any:
		found := scope{}
		for _, each := range said {
			name, _ := each.(string)
			found.packages = append(found.packages, name)
		}
		return found
	case map[string]any:
		if packages, ok := said["packages"].([]any); ok {
			return readScope(packages)
		}
		if items, ok := said["items"].([]any); ok {
			found := scope{}
			for _, each := range items {
				sequence, _ := At(each, "/sequence").(int64)
				name, inPackage := At(each, "/package").(string)
				found.items = append(found.items, Cell{sequence, name, quantity(At(each, "/quantity"))})
				found.anywhere = append(found.anywhere, !inPackage)
			}
			return found
		}
	}
	return scope{whole: true}
}

// scopeOf tells which goods of an opened consignment a declaration at another position speaks of.
func scopeOf(opened, own []Cell) scope {
	held, same := map[string]*big.Rat{}, len(opened) == len(own)
	known := map[string]bool{}
	for _, each := range opened {
		held[cellKey(each)] = each.Quantity
		known[each.Package] = true
	}
	inPackages, names := true, map[string]bool{}
	for _, each := range own {
		there := held[cellKey(each)]
		same = same && there != nil && there.Cmp(each.Quantity) == 0
		inPackages = inPackages && each.Package != "" && known[each.Package]
		names[each.Package] = true
	}
	if same {
		return scope{whole: true}
	}
	found := scope{}
	if inPackages {
		for name := range names {
			found.packages = append(found.packages, name)
		}
		sort.Strings(found.packages)
		return found
	}
	sums := map[int64]*big.Rat{}
	for _, each := range own {
		if sums[each.Sequence] == nil {
			sums[each.Sequence] = new(big.Rat)
			found.items = append(found.items, Cell{each.Sequence, "", sums[each.Sequence]})
			found.anywhere = append(found.anywhere, true)
		}
		sums[each.Sequence].Add(sums[each.Sequence], each.Quantity)
	}
	return found
}

func cellKey(cell Cell) string { return big.NewInt(cell.Sequence).String() + "/" + cell.Package }

// piece is a part of a portion that a scope takes.
type piece struct {
	portion *Portion
	taken   map[int]*big.Rat
}

func (p piece) all() bool {
	for index, each := range p.portion.Cells {
		if p.taken[index] == nil || p.taken[index].Cmp(each.Quantity) < 0 {
			return false
		}
	}
	return true
}

// plan finds the pieces that a scope takes, from the lowest ordinal, and whether it names more than is there.
func plan(portions []*Portion, of scope, declared bool) ([]piece, bool) {
	var found []piece
	if of.whole || !declared {
		for _, each := range portions {
			taken := map[int]*big.Rat{}
			for index, cell := range each.Cells {
				taken[index] = cell.Quantity
			}
			found = append(found, piece{each, taken})
		}
		return found, false
	}
	exceeded := false
	wanted := map[string]bool{}
	for _, name := range of.packages {
		wanted[name] = true
	}
	met := map[string]bool{}
	left := make([]*big.Rat, len(of.items))
	for index, each := range of.items {
		left[index] = new(big.Rat).Set(each.Quantity)
	}
	for _, portion := range portions {
		taken := map[int]*big.Rat{}
		for index, cell := range portion.Cells {
			if wanted[cell.Package] && cell.Package != "" {
				taken[index], met[cell.Package] = cell.Quantity, true
			}
			for at, item := range of.items {
				if item.Sequence != cell.Sequence || (!of.anywhere[at] && item.Package != cell.Package) {
					continue
				}
				free := new(big.Rat).Set(cell.Quantity)
				if taken[index] != nil {
					free.Sub(free, taken[index])
				}
				much := least(free, left[at])
				if much.Sign() > 0 {
					if taken[index] == nil {
						taken[index] = new(big.Rat)
					}
					taken[index] = new(big.Rat).Add(taken[index], much)
					left[at].Sub(left[at], much)
				}
			}
		}
		if len(taken) > 0 {
			found = append(found, piece{portion, taken})
		}
	}
	for name := range wanted {
		exceeded = exceeded || !met[name]
	}
	for _, each := range left {
		exceeded = exceeded || each.Sign() > 0
	}
	return found, exceeded
}

func least(a, b *big.Rat) *big.Rat {
	if a.Cmp(b) < 0 {
		return new(big.Rat).Set(a)
	}
	return new(big.Rat).Set(b)
}

// cut makes the portion that consists of a piece: the whole portion, or a new one with the next ordinal.
func (f *fold) cut(of piece) *Portion {
	if of.all() {
		return of.portion
	}
	var kept, moved []Cell
	for index, cell := range of.portion.Cells {
		taken := of.taken[index]
		if taken == nil {
			kept = append(kept, cell)
			continue
		}
		moved = append(moved, Cell{cell.Sequence, cell.Package, taken})
		if rest := new(big.Rat).Sub(cell.Quantity, taken); rest.Sign() > 0 {
			kept = append(kept, Cell{cell.Sequence, cell.Package, rest})
		}
	}
	of.portion.Cells = kept
	f.ordinals++
	made := of.portion.copied(f.ordinals, moved)
	f.state.Portions = append(f.state.Portions, made)
	return made
}

// redeclare puts other goods in the place of those declared: what left goes from the highest ordinal first, what is
// new forms a portion on which nobody has acted.
func (f *fold) redeclare(cells []Cell) {
	wanted := map[string]*big.Rat{}
	for _, each := range cells {
		wanted[cellKey(each)] = new(big.Rat).Set(each.Quantity)
	}
	for _, portion := range f.state.Portions {
		var kept []Cell
		for _, cell := range portion.Cells {
			left := wanted[cellKey(cell)]
			if left == nil || left.Sign() == 0 {
				continue
			}
			much := least(cell.Quantity, left)
			left.Sub(left, much)
			kept = append(kept, Cell{cell.Sequence, cell.Package, much})
		}
		portion.Cells = kept
	}
	var added []Cell
	for _, each := range cells {
		if left := wanted[cellKey(each)]; left.Sign() > 0 {
			added = append(added, Cell{each.Sequence, each.Package, left})
		}
	}
	var filled []*Portion
	for _, each := range f.state.Portions {
		if len(each.Cells) > 0 {
			filled = append(filled, each)
		}
	}
	if len(added) > 0 {
		f.ordinals++
		fresh := newPortion(f.ordinals)
		fresh.Cells = added
		filled = append(filled, fresh)
	}
	f.state.Portions = filled
}

// byItem sums the goods of a portion by item.
func (p *Portion) byItem() map[int64]*big.Rat {
	found := map[int64]*big.Rat{}
	for _, each := range p.Cells {
		if found[each.Sequence] == nil {
			found[each.Sequence] = new(big.Rat)
		}
		found[each.Sequence].Add(found[each.Sequence], each.Quantity)
	}
	return found
}
