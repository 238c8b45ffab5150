// Package octets reads octets as strictly as the page *Conventions* asks: JSON, base64url and digests.
package octets

import (
	"fmt"
	"math"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

const deepest = 32

// Error says which sentence of the page *Conventions* the octets break.
type Error struct {
	Requirement, Detail string
}

func (e *Error) Error() string { return e.Detail }

// Parse reads one JSON text: objects as map[string]any, lists as []any, numbers as int64 (TF-CONV-1 to TF-CONV-6).
func Parse(text []byte) (any, error) {
	if !utf8.Valid(text) {
		return nil, &Error{"TF-CONV-1", "not UTF-8"}
	}
	r := &reader{text: text}
	value, err := r.value(0)
	if err != nil {
		return nil, err
	}
	r.space()
	if r.at < len(text) {
		return nil, r.wrong("something follows the JSON text")
	}
	return value, nil
}

// ParseObject reads one JSON text that has to be an object.
func ParseObject(text []byte) (map[string]any, error) {
	value, err := Parse(text)
	if err != nil {
		return nil, err
	}
	object, ok := value.(map[string]any)
	if !ok {
		return nil, &Error{"TF-CONV-1", "not a JSON object"}
	}
	return object, nil
}

type reader struct {
	text []byte
	at   int
}

func (r *reader) wrong(detail string) error {
	return &Error{"TF-CONV-1", fmt.Sprintf("%s, at octet %d", detail, r.at)}
}

func (r *reader) space() {
	for r.at < len(r.text) {
		switch r.text[r.at] {
		case ' ', '\t', '\n', '\r':
			r.at++
		default:
			return
		}
	}
}

func (r *reader) peek() byte {
	if r.at < len(r.text) {
		return r.text[r.at]
	}
	return 0
}

func (r *reader) value(depth int) (any, error) {
	r.space()
	switch next := r.peek(); {
	case next == '{' || next == '[':
		if depth == deepest {
			return nil, &Error{"TF-CONV-5", "nested deeper than 32"}
		}
		r.at++
		if next == '{' {
			return r.object(depth + 1)
		}
		return r.list(depth + 1)
	case next == '"':
		return r.string()
	case next == '-' || (next >= '0' && next <= '9'):
		return r.number()
	}
	for word, value := range map[string]any{"true": true, "false": false, "null": nil} {
		if len(r.text) >= r.at+len(word) && string(r.text[r.at:r.at+len(word)]) == word {
			r.at += len(word)
			return value, nil
		}
	}
	if rest := string(r.text[r.at:min(len(r.text), r.at+8)]); rest == "Infinity" || (len(rest) >= 3 && rest[:3] == "NaN") {
		return nil, &Error{"TF-CONV-6", "a word that is no number"}
	}
	return nil, r.wrong("a value is missing")
}

func (r *reader) object(depth int) (any, error) {
	found := map[string]any{}
	r.space()
	if r.peek() == '}' {
		r.at++
		return found, nil
	}
	for {
		r.space()
		if r.peek() != '"' {
			return nil, r.wrong("a member's name is missing")
		}
		name, err := r.string()
		if err != nil {
			return nil, err
		}
		r.space()
		if r.peek() != ':' {
			return nil, r.wrong("a colon is missing")
		}
		r.at++
		value, err := r.value(depth)
		if err != nil {
			return nil, err
		}
		if _, twice := found[name]; twice {
			return nil, &Error{"TF-CONV-2", fmt.Sprintf("the member %q comes twice", name)}
		}
		found[name] = value
		if more, err := r.more('}'); err != nil || !more {
			return found, err
		}
	}
}

func (r *reader) list(depth int) (any, error) {
	found := []any{}
	r.space()
	if r.peek() == ']' {
		r.at++
		return found, nil
	}
	for {
		value, err := r.value(depth)
		if err != nil {
			return nil, err
		}
		found = append(found, value)
		if more, err := r.more(']'); err != nil || !more {
			return found, err
		}
	}
}

// more says whether a comma follows rather than the end of the object or list.
func (r *reader) more(end byte) (bool, error) {
	r.space()
	switch r.peek() {
	case ',':
		r.at++
		return true, nil
	case end:
		r.at++
		return false, nil
	}
	return false, r.wrong(fmt.Sprintf("a comma or %c is missing", end))
}

func (r *reader) number() (any, error) {
	begin := r.at
	if r.peek() == '-' {
		r.at++
	}
	first := r.at
	for r.peek() >= '0' && r.peek() <= '9' {
		r.at++
	}
	digits := string(r.text[first:r.at])
	if next := r.peek(); next == '.' || next == 'e' || next == 'E' || (digits == "" && next == 'I') {
		return nil, &Error{"TF-CONV-6", "a number that is not written as an integer"}
	}
	if digits == "" || (len(digits) > 1 && digits[0] == '0') {
		return nil, r.wrong("not a number")
	}
	text := string(r.text[begin:r.at])
	value, err := strconv.ParseInt(text, 10, 64)
	if err != nil || text == "-0" || value > 1<<53-1 || value < -(1<<53-1) {
		return nil, &Error{"TF-CONV-6", "a number beyond ±(2^53−1), or minus zero"}
	}
	return value, nil
}

func (r *reader) string() (string, error) {
	r.at++
	made := make([]byte, 0, 32)
	for {
		switch next := r.peek(); {
		case r.at >= len(r.text):
			return "", r.wrong("a string does not end")
		case next == '"':
			r.at++
			if !norm.NFC.IsNormal(made) {
				return "", &Error{"TF-CONV-4", "a string is not in normalization form C"}
			}
			return string(made), nil
		case next < 0x20:
			return "", r.wrong("a control character")
		case next == '\\':
			read, err := r.escape()
			if err != nil {
				return "", err
			}
			made = utf8.AppendRune(made, read)
		default:
			made = append(made, next)
			r.at++
		}
	}
}

var escapes = map[byte]rune{'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t'}

func (r *reader) escape() (rune, error) {
	r.at++
	if plain, ok := escapes[r.peek()]; ok {
		r.at++
		return plain, nil
	}
	first, err := r.unit()
	if err != nil {
		return 0, err
	}
	if first == 0 {
		return 0, &Error{"TF-CONV-3", "U+0000 in a string"}
	}
	if !utf16.IsSurrogate(first) {
		return first, nil
	}
	if r.peek() == '\\' {
		r.at++
		second, err := r.unit()
		if err != nil {
			return 0, err
		}
		if whole := utf16.DecodeRune(first, second); whole != utf8.RuneError {
			return whole, nil
		}
	}
	return 0, &Error{"TF-CONV-3", "a lone surrogate"}
}

// unit reads `uXXXX`.
func (r *reader) unit() (rune, error) {
	if r.peek() != 'u' || r.at+5 > len(r.text) {
		return 0, r.wrong("not an escape")
	}
	value, err := strconv.ParseUint(string(r.text[r.at+1:r.at+5]), 16, 16)
	if err != nil || value > math.MaxUint16 {
		return 0, r.wrong("not an escape")
	}
	r.at += 5
	return rune(value), nil
}
