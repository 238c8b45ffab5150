package rules

import (
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"
	"golang.org/x/text/cases"
	"golang.org/x/text/language"
	"golang.org/x/text/unicode/norm"
)

var listOfAny = cel.ListType(cel.DynType)

// function declares one of the dialect's functions; what it returns as error is an error of CEL.
func function(name string, takes []*cel.Type, gives *cel.Type, call func([]ref.Val) (any, error)) cel.EnvOption {
	binding := cel.FunctionBinding(func(given ...ref.Val) ref.Val {
		value, err := call(given)
		if err != nil {
			return types.WrapErr(err)
		}
		return types.DefaultTypeAdapter.NativeToValue(value)
	})
	return cel.Function(name, cel.Overload(name+"_overload", takes, gives, binding))
}

func text(value ref.Val) string { return string(value.(types.String)) }

func number(value ref.Val) int64 { return int64(value.(types.Int)) }

func elements(value ref.Val) []ref.Val {
	var found []ref.Val
	for each := value.(traits.Lister).Iterator(); each.HasNext() == types.True; {
		found = append(found, each.Next())
	}
	return found
}

func decimals(given []ref.Val) ([]decimal, error) {
	found := make([]decimal, len(given))
	for index, each := range given {
		value, ok := each.(types.String)
		if !ok {
			return nil, errors.New("not a text")
		}
		read, err := readDecimal(string(value))
		if err != nil {
			return nil, err
		}
		found[index] = read
	}
	return found, nil
}

func arithmetic(act func(a, b decimal) decimal) func([]ref.Val) (any, error) {
	return func(given []ref.Val) (any, error) {
		read, err := decimals(given)
		if err != nil {
			return nil, err
		}
		return act(read[0], read[1]).write()
	}
}

func sum(given []ref.Val) (any, error) {
	read, err := decimals(elements(given[0]))
	if err != nil {
		return nil, err
	}
	total, _ := readDecimal("0")
	for _, each := range read {
		total = add(total, each)
	}
	return total.write()
}

func rounded(given []ref.Val) (any, error) {
	read, err := decimals(given[:1])
	if err != nil {
		return nil, err
	}
	result, err := round(read[0], number(given[1]), text(given[2]))
	if err != nil {
		return nil, err
	}
	return result.write()
}

func unique(given []ref.Val) (any, error) {
	found := []ref.Val{}
	seen := map[any]bool{}
	for _, each := range elements(given[0]) {
		switch each.(type) {
		case types.String, types.Int, types.Bool:
		default:
			return nil, errors.New("only strings, integers and bools")
		}
		if !seen[each] {
			seen[each] = true
			found = append(found, each)
		}
	}
	return found, nil
}

// NormalText is for comparing names: NFKC, lower case, NFKC, letters and digits only.
func normalText(value string) string {
	folded := norm.NFKC.String(cases.Lower(language.Und).String(norm.NFKC.String(value)))
	return strings.Map(func(each rune) rune {
		if unicode.In(each, unicode.L, unicode.N) {
			return each
		}
		return -1
	}, folded)
}

func inOrder(given []ref.Val) (any, error) {
	var latest time.Time
	skew := time.Duration(number(given[1])) * time.Second
	for _, each := range elements(given[0]) {
		value, ok := each.(types.String)
		if !ok {
			return nil, errors.New("not a text")
		}
		at, err := instant(string(value))
		if err != nil {
			return nil, err
		}
		if !latest.IsZero() && at.Add(skew).Before(latest) {
			return false, nil
		}
		if at.After(latest) {
			latest = at
		}
	}
	return true, nil
}

func onDate(act func(on time.Time, given []ref.Val) (time.Time, error)) func([]ref.Val) (any, error) {
	return func(given []ref.Val) (any, error) {
		on, err := dateOf(text(given[0]))
		if err != nil {
			return nil, err
		}
		made, err := act(on, given)
		if err == nil {
			err = inCalendar(made)
		}
		return made.Format(dateLayout), err
	}
}

// Dialect declares the functions of the dialect; `inList` reads the code lists of the standard.
func Dialect(of *Standard) []cel.EnvOption {
	lists := of.lists
	str, whole, truth := cel.StringType, cel.IntType, cel.BoolType
	two := []*cel.Type{str, str}
	return []cel.EnvOption{
		function("decimalAdd", two, str, arithmetic(add)),
		function("decimalSubtract", two, str, arithmetic(subtract)),
		function("decimalMultiply", two, str, arithmetic(multiply)),
		function("decimalSum", []*cel.Type{listOfAny}, str, sum),
		function("decimalRound", []*cel.Type{str, whole, str}, str, rounded),
		function("decimalCompare", two, whole, func(given []ref.Val) (any, error) {
			read, err := decimals(given)
			if err != nil {
				return nil, err
			}
			return int64(compare(read[0], read[1])), nil
		}),
		function("decimalWithin", []*cel.Type{str, str, str}, truth, func(given []ref.Val) (any, error) {
			read, err := decimals(given)
			if err != nil {
				return nil, err
			}
			return within(read[0], read[1], read[2]), nil
		}),
		function("instantCompare", two, whole, func(given []ref.Val) (any, error) {
			first, err := instant(text(given[0]))
			if err != nil {
				return nil, err
			}
			second, err := instant(text(given[1]))
			return int64(first.Compare(second)), err
		}),
		function("instantAdd", []*cel.Type{str, whole}, str, func(given []ref.Val) (any, error) {
			at, err := instant(text(given[0]))
			if err != nil {
				return nil, err
			}
			return writeInstant(at.Add(time.Duration(number(given[1])) * time.Second))
		}),
		function("instantsInOrder", []*cel.Type{listOfAny, whole}, truth, inOrder),
		function("dateOf", []*cel.Type{str}, str, onDate(func(on time.Time, _ []ref.Val) (time.Time, error) {
			return on, nil
		})),
		function("dateAdd", []*cel.Type{str, whole}, str, onDate(func(on time.Time, given []ref.Val) (time.Time, error) {
			return on.AddDate(0, 0, int(number(given[1]))), nil
		})),
		function("monthsAdd", []*cel.Type{str, whole}, str, onDate(func(on time.Time, given []ref.Val) (time.Time, error) {
			return inMonth(on, number(given[1]), on.Day()), nil
		})),
		function("monthDay", []*cel.Type{str, whole, whole}, str, onDate(func(on time.Time, given []ref.Val) (time.Time, error) {
			day := number(given[2])
			if day < 1 || day > 31 {
				return on, fmt.Errorf("no day %d in a month", day)
			}
			return inMonth(on, number(given[1]), int(day)), nil
		})),
		function("daysBetween", two, whole, func(given []ref.Val) (any, error) {
			start, err := dateOf(text(given[0]))
			if err != nil {
				return nil, err
			}
			end, err := dateOf(text(given[1]))
			return daysBetween(start, end), err
		}),
		function("unique", []*cel.Type{listOfAny}, listOfAny, unique),
		function("distinct", []*cel.Type{listOfAny}, truth, func(given []ref.Val) (any, error) {
			found, err := unique(given)
			if err != nil {
				return nil, err
			}
			return len(found.([]ref.Val)) == len(elements(given[0])), nil
		}),
		function("normalText", []*cel.Type{str}, str, func(given []ref.Val) (any, error) {
			return normalText(text(given[0])), nil
		}),
		function("sameText", two, truth, func(given []ref.Val) (any, error) {
			return normalText(text(given[0])) == normalText(text(given[1])), nil
		}),
		function("inList", []*cel.Type{str, str, str}, truth, func(given []ref.Val) (any, error) {
			on, err := dateOf(text(given[2]))
			if err != nil {
				return nil, err
			}
			return lists.contains(text(given[0]), text(given[1]), on.Format(dateLayout))
		}),
		function("checkDigit", two, truth, func(given []ref.Val) (any, error) {
			return checkDigit(text(given[0]), text(given[1]))
		}),
	}
}
