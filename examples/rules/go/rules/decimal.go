package rules

import (
	"errors"
	"fmt"
	"math/big"
	"regexp"
	"strings"
)

var (
	decimalForm = regexp.MustCompile(`^-?(0|[1-9][0-9]{0,27})(\.[0-9]{1,10})?$`)
	ten         = big.NewInt(10)
)

const longest = 38

// decimal is units divided by ten to the power of digits: exact, never a float.
type decimal struct {
	units  *big.Int
	digits int
}

func readDecimal(text string) (decimal, error) {
	if !decimalForm.MatchString(text) {
		return decimal{}, fmt.Errorf("not a decimal: %q", text)
	}
	whole, fraction, _ := strings.Cut(text, ".")
	units, _ := new(big.Int).SetString(whole+fraction, 10)
	return decimal{units, len(fraction)}, nil
}

func power(digits int) *big.Int {
	return new(big.Int).Exp(ten, big.NewInt(int64(digits)), nil)
}

func (d decimal) write() (string, error) {
	text := new(big.Int).Abs(d.units).String()
	if len(text) <= d.digits {
		text = strings.Repeat("0", d.digits-len(text)+1) + text
	}
	whole, fraction := text[:len(text)-d.digits], strings.TrimRight(text[len(text)-d.digits:], "0")
	if len(strings.TrimLeft(whole+fraction, "0")) > longest {
		return "", errors.New("more than 38 digits")
	}
	if d.units.Sign() < 0 {
		whole = "-" + whole
	}
	if fraction == "" {
		return whole, nil
	}
	return whole + "." + fraction, nil
}

func aligned(a, b decimal) (*big.Int, *big.Int, int) {
	digits := max(a.digits, b.digits)
	left := new(big.Int).Mul(a.units, power(digits-a.digits))
	right := new(big.Int).Mul(b.units, power(digits-b.digits))
	return left, right, digits
}

func add(a, b decimal) decimal {
	left, right, digits := aligned(a, b)
	return decimal{left.Add(left, right), digits}
}

func subtract(a, b decimal) decimal {
	left, right, digits := aligned(a, b)
	return decimal{left.Sub(left, right), digits}
}

func multiply(a, b decimal) decimal {
	return decimal{new(big.Int).Mul(a.units, b.units), a.digits + b.digits}
}

func compare(a, b decimal) int {
	left, right, _ := aligned(a, b)
	return left.Cmp(right)
}

func within(a, b, tolerance decimal) bool {
	difference := subtract(a, b)
	return compare(decimal{difference.units.Abs(difference.units), difference.digits}, tolerance) <= 0
}

// away says whether what is cut off moves the result away from zero.
func away(mode string, half int, some, odd, negative bool) (bool, error) {
	switch mode {
	case "half-up":
		return half >= 0, nil
	case "half-even":
		return half > 0 || (half == 0 && odd), nil
	case "up":
		return some, nil
	case "down":
		return false, nil
	case "floor":
		return some && negative, nil
	case "ceiling":
		return some && !negative, nil
	}
	return false, fmt.Errorf("no rounding mode %q", mode)
}

func round(a decimal, digits int64, mode string) (decimal, error) {
	if digits < 0 || digits > 10 {
		return decimal{}, fmt.Errorf("no rounding to %d digits", digits)
	}
	unit := big.NewInt(1)
	if a.digits > int(digits) {
		unit = power(a.digits - int(digits))
	}
	down, rest := new(big.Int).QuoRem(new(big.Int).Abs(a.units), unit, new(big.Int))
	half := new(big.Int).Mul(rest, big.NewInt(2)).Cmp(unit)
	more, err := away(mode, half, rest.Sign() > 0, down.Bit(0) == 1, a.units.Sign() < 0)
	if err != nil || a.digits <= int(digits) {
		return a, err
	}
	if more {
		down.Add(down, big.NewInt(1))
	}
	if a.units.Sign() < 0 {
		down.Neg(down)
	}
	return decimal{down, int(digits)}, nil
}
