// Package process computes the state of a subject from its documents, as the exchange table says (pages *Subjects* and
// *The exchange table*). It does no input or output and reads no clock.
package process

import (
	"sort"
	"strconv"
	"strings"
	"time"

	"threeflow.example/goimport/internal/standard"
)

// Named is a document that another names.
type Named struct {
	Type, Issuer, ID, Digest, Relation string
}

// Document is a payload as the table reads it.
type Document struct {
	Payload                        map[string]any
	Digest, Type, Kind, ID, Issuer string
	Version                        int64
	Replaces                       string
	At                             time.Time
	Names                          []Named
	Facts                          map[string]any
	Row                            *standard.Row
	Said                           standard.Said
	sorted                         int
}

// At finds what a JSON Pointer leads to, or nil.
func At(value any, pointer string) any {
	for _, token := range strings.Split(pointer, "/")[1:] {
		token = strings.NewReplacer("~1", "/", "~0", "~").Replace(token)
		switch holder := value.(type) {
		case map[string]any:
			value = holder[token]
		case []any:
			index, err := strconv.Atoi(token)
			if err != nil || index < 0 || index >= len(holder) {
				return nil
			}
			value = holder[index]
		default:
			return nil
		}
	}
	return value
}

// Text finds the text that a JSON Pointer leads to, or the empty one.
func Text(value any, pointer string) string {
	if pointer == "" {
		return ""
	}
	found, _ := At(value, pointer).(string)
	return found
}

// Read reads a payload by its row; nil where the table has no such type.
func Read(table *standard.Table, payload map[string]any, digest string) *Document {
	header, _ := payload["header"].(map[string]any)
	made := &Document{
		Payload: payload, Digest: digest, Type: Text(header, "/type"), Kind: Text(header, "/kind"),
		ID: Text(header, "/id"), Issuer: Text(header, "/issuer"), Version: 1, Replaces: Text(header, "/replaces/digest"),
		Facts: map[string]any{},
	}
	if made.Row = table.Row(made.Type); made.Row == nil {
		return nil
	}
	made.Said = made.Row.Of(made.Kind)
	if version, ok := header["version"].(int64); ok {
		made.Version = version
	}
	at := Text(payload, made.Row.At)
	if at == "" {
		at = Text(header, "/issuedAt")
	}
	made.At = instant(at)
	for name, pointer := range made.Row.Facts {
		made.Facts[name] = ""
		if value := At(payload, pointer); value != nil {
			made.Facts[name] = value
		}
	}
	made.readNames(table)
	return made
}

// instant reads a time, or a date as its first instant.
func instant(text string) time.Time {
	if found, err := time.Parse(time.RFC3339Nano, text); err == nil {
		return found.UTC()
	}
	found, _ := time.Parse("2006-01-02", text)
	return found
}

// Instant writes a time in UTC, with microseconds only where there are any.
func Instant(at time.Time) string {
	if at.Nanosecond() == 0 {
		return at.UTC().Format("2006-01-02T15:04:05Z")
	}
	return at.UTC().Format("2006-01-02T15:04:05.000000Z")
}

func (d *Document) readNames(table *standard.Table) {
	list, _ := At(d.Payload, "/header/references").([]any)
	for _, each := range list {
		d.Names = append(d.Names, named(each, "", Text(each, "/type")))
	}
	for _, members := range []map[string]string{table.Names, d.Row.Names} {
		pointers := make([]string, 0, len(members))
		for pointer := range members {
			pointers = append(pointers, pointer)
		}
		sort.Strings(pointers)
		for _, pointer := range pointers {
			if value := At(d.Payload, pointer); value != nil && !d.names(Text(value, "/digest")) {
				d.Names = append(d.Names, named(value, d.Issuer, members[pointer]))
			}
		}
	}
}

func (d *Document) names(digest string) bool {
	for _, each := range d.Names {
		if each.Digest == digest {
			return true
		}
	}
	return false
}

func named(value any, issuer, name string) Named {
	made := Named{name, Text(value, "/issuer"), Text(value, "/id"), Text(value, "/digest"), Text(value, "/relation")}
	if made.Issuer == "" {
		made.Issuer = issuer
	}
	if own := Text(value, "/type"); own != "" {
		made.Type = own
	}
	return made
}

// Must gives the groups of types of each of which one has to be named (TF-TABLE-5).
func (d *Document) Must() [][]string {
	var found [][]string
	if d.Said.Must != nil {
		for _, each := range *d.Said.Must {
			found = append(found, strings.Split(each, "|"))
		}
	}
	return found
}

// NamedOf gives the documents of some types that it names.
func (d *Document) NamedOf(types ...string) []Named {
	var found []Named
	for _, each := range d.Names {
		for _, wanted := range types {
			if each.Type == wanted {
				found = append(found, each)
			}
		}
	}
	return found
}

// Bearer is the document whose subject this one shares where the table says `inherited`: the first named of a type that
// its row requires, else the first named; `everywhere` are the members by which any document may name another.
func (d *Document) Bearer(everywhere map[string]string) *Named {
	for _, group := range d.Must() {
		if found := d.NamedOf(group...); len(found) > 0 {
			return &found[0]
		}
	}
	apart := map[string]bool{}
	for pointer := range everywhere {
		apart[Text(At(d.Payload, pointer), "/digest")] = true
	}
	for index, each := range d.Names {
		if !apart[each.Digest] {
			return &d.Names[index]
		}
	}
	return nil
}

// Position is where its issuer stands, as its kind or its payload says; others may give it theirs (`position-of`).
func (d *Document) Position() string {
	if own := d.Row.Kinds[d.Kind]; own != nil && own.Position != "" {
		return own.Position
	}
	return Text(d.Payload, d.Row.Position)
}

// Declares says whether its goods are what a consignment consists of.
func (d *Document) Declares() bool {
	own := d.Row.Kinds[d.Kind]
	return own != nil && own.Declares && d.Row.Declares != nil
}

// arrange sorts documents into the order in which the fold tries them.
func arrange(documents []*Document) []*Document {
	rest := append([]*Document{}, documents...)
	sort.SliceStable(rest, func(a, b int) bool { return before(rest[a], rest[b]) })
	for index, each := range rest {
		each.sorted = index
	}
	there := map[string]bool{}
	for _, each := range rest {
		there[each.Digest] = true
	}
	ordered := make([]*Document, 0, len(rest))
	for len(rest) > 0 {
		next := 0
		for index, each := range rest {
			if !each.namesOne(there) {
				next = index
				break
			}
		}
		ordered = append(ordered, rest[next])
		delete(there, rest[next].Digest)
		rest = append(rest[:next], rest[next+1:]...)
	}
	return ordered
}

func (d *Document) namesOne(there map[string]bool) bool {
	for _, each := range d.Names {
		if there[each.Digest] && each.Digest != d.Digest {
			return true
		}
	}
	return there[d.Replaces] && d.Replaces != d.Digest
}

func before(a, b *Document) bool {
	switch {
	case !a.At.Equal(b.At):
		return a.At.Before(b.At)
	case a.Issuer != b.Issuer:
		return a.Issuer < b.Issuer
	case a.Version != b.Version:
		return a.Version < b.Version
	case a.ID != b.ID:
		return a.ID < b.ID
	}
	return a.Digest < b.Digest
}
