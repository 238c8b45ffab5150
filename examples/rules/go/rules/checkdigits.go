package rules

import (
	"fmt"
	"math/big"
	"regexp"
	"strconv"
	"strings"
)

const (
	// Letters count from 10, leaving out the multiples of 11.
	container = "0123456789A BCDEFGHIJK LMNOPQRSTU VWXYZ"
	credit    = "0123456789ABCDEFGHJKLMNPQRTUWXY"
)

type scheme struct {
	form  *regexp.Regexp
	right func(string) bool
}

var schemes = map[string]scheme{
	"gtin":    {regexp.MustCompile(`^([0-9]{8}|[0-9]{12,14})$`), gtin},
	"imei":    {regexp.MustCompile(`^[0-9]{15}$`), luhn},
	"iso6346": {regexp.MustCompile(`^[A-Z]{3}[UJZR][0-9]{7}$`), iso6346},
	"lei":     {regexp.MustCompile(`^[0-9A-Z]{18}[0-9]{2}$`), lei},
	"s10":     {regexp.MustCompile(`^[A-Z]{2}[0-9]{9}[A-Z]{2}$`), s10},
	"uscc":    {regexp.MustCompile(`^[0-9]{8}[0-9A-HJ-NPQRTUWXY]{10}$`), uscc},
}

func checkDigit(name, value string) (bool, error) {
	known, ok := schemes[name]
	if !ok {
		return false, fmt.Errorf("no check digit scheme %q", name)
	}
	return known.form.MatchString(value) && known.right(value), nil
}

func gtin(value string) bool {
	total := 0
	for place := range value {
		digit := int(value[len(value)-1-place] - '0')
		total += digit * (1 + 2*(place%2))
	}
	return total%10 == 0
}

func luhn(value string) bool {
	total := 0
	for place := range value {
		digit := int(value[len(value)-1-place]-'0') * (1 + place%2)
		total += digit/10 + digit%10
	}
	return total%10 == 0
}

func iso6346(value string) bool {
	total := 0
	for place := range 10 {
		total += strings.IndexByte(container, value[place]) << place
	}
	return total%11%10 == int(value[10]-'0')
}

func lei(value string) bool {
	var number strings.Builder
	for _, each := range value {
		digit, _ := strconv.ParseInt(string(each), 36, 64)
		number.WriteString(strconv.FormatInt(digit, 10))
	}
	whole, _ := new(big.Int).SetString(number.String(), 10)
	return whole.Mod(whole, big.NewInt(97)).Int64() == 1
}

func s10(value string) bool {
	total := 0
	for place, weight := range []int{8, 6, 4, 2, 3, 5, 9, 7} {
		total += weight * int(value[2+place]-'0')
	}
	digit := 11 - total%11
	if digit == 10 {
		digit = 0
	} else if digit == 11 {
		digit = 5
	}
	return int(value[10]-'0') == digit
}

func uscc(value string) bool {
	total := 0
	for place, weight := range []int{1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28} {
		total += weight * strings.IndexByte(credit, value[place])
	}
	return value[17] == credit[(31-total%31)%31]
}
