package node

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"threeflow.example/goimport/internal/process"
	"threeflow.example/goimport/internal/standard"
)

const (
	platform, bank, stranger = "xa.platform", "xa.bank", "xa.stranger"
	customs, declarant       = "xa.customs", "xa.declarant"
)

// paper is a document as far as title asks: who sealed and receives it, what it names by key and by digest.
type paper struct {
	name, kind, issuer string
	to                 []string
	keys               []key
	about              []string
}

// desk files papers as the node does, where some numbers have givers.
type desk struct {
	*memory
	t *testing.T
}

var read = sync.OnceValues(func() (*standard.Standard, error) {
	return standard.Read("../../../../../spec/threeflow_spec/v1")
})

func newDesk(t *testing.T, givers ...string) *desk {
	t.Helper()
	held, err := read()
	if err != nil {
		t.Fatal(err)
	}
	return &desk{newMemory(held.Table, func(of key) string {
		if slices.Contains(givers, of.Issuer) {
			return of.Issuer
		}
		return ""
	}), t}
}

func (d *desk) take(digest string, of paper) {
	d.t.Helper()
	receivers, references := []any{}, []any{}
	for _, each := range of.to {
		receivers = append(receivers, each)
	}
	for _, each := range of.about {
		references = append(references, map[string]any{"type": "order", "issuer": platform, "id": each, "digest": each})
	}
	header := map[string]any{
		"type": of.name, "kind": of.kind, "issuer": of.issuer, "id": digest, "receivers": receivers, "references": references,
	}
	payload := map[string]any{"header": header}
	h := &held{
		taken: &taken{Outcome: "accepted"}, payload: payload, digest: digest, issuer: of.issuer, id: digest,
		name: of.name, kind: of.kind, document: process.Read(d.table, payload, digest),
	}
	if h.document == nil {
		d.t.Fatalf("the table has no %s", of.name)
	}
	var about []*subject
	if of.keys == nil && len(of.about) > 0 {
		if about = d.inherited(h.document); about == nil {
			d.hold(h)
			return
		}
	}
	at := d.place(h, "case", of.keys, about...)
	waited := d.adrift(digest)
	d.hold(h)
	d.file(filing{digest, at.id, at.keys, at.kind, at.joins, at.titles})
	for _, each := range waited {
		d.file(filing{Digest: each.digest, Subject: at.id, Kind: at.kind})
	}
}

// together writes which documents are one subject, the same text for the same sets.
func (d *desk) together() string {
	var found []string
	for _, one := range d.subjects {
		var digests []string
		for _, h := range one.holds {
			digests = append(digests, h.digest)
		}
		slices.Sort(digests)
		if len(digests) > 0 {
			found = append(found, strings.Join(digests, "+"))
		}
	}
	slices.Sort(found)
	return strings.Join(found, " ")
}

func (d *desk) seen(of key, caller string) string {
	found := d.asked("case", of, caller)
	if found == nil {
		return ""
	}
	var digests []string
	for _, h := range found.holds {
		digests = append(digests, h.digest)
	}
	slices.Sort(digests)
	return strings.Join(digests, "+")
}

func orders(of []string) [][]string {
	if len(of) < 2 {
		return [][]string{of}
	}
	var found [][]string
	for index := range of {
		rest := slices.Delete(slices.Clone(of), index, index+1)
		for _, each := range orders(rest) {
			found = append(found, append([]string{of[index]}, each...))
		}
	}
	return found
}

var (
	ucr   = key{Scheme: "ucr", Issuer: platform, Value: "26XA1"}
	loose = key{Scheme: "container", Issuer: "xa.nobody", Value: "ABCU1234560"}
)

// Each case is filed in every order of its documents, and has to end alike (TF-SUBJ-25).
func TestWhatBecomesOneSubjectFollowsFromTheDocumentsInWhateverOrderTheyCome(t *testing.T) {
	order := paper{"order", "sale", platform, []string{customs}, []key{ucr}, nil}
	for _, each := range []struct {
		title  string
		papers map[string]paper
		want   string
	}{
		{"TF-SUBJ-23: a stranger stays alone, with its own", map[string]paper{
			"a": order, "b": {"order", "sale", stranger, []string{platform}, []key{ucr}, nil},
			"c": {"order", "sale", stranger, nil, []key{ucr}, nil},
		}, "a b+c"},
		{"two strangers do not join each other", map[string]paper{
			"b": {"order", "sale", stranger, nil, []key{ucr}, nil}, "c": {"order", "sale", bank, nil, []key{ucr}, nil},
		}, "b c"},
		{"title by giving", map[string]paper{
			"a": order, "b": {"order", "sale", platform, nil, []key{ucr}, nil},
		}, "a+b"},
		{"title by being told", map[string]paper{
			"a": {"order", "sale", platform, []string{bank}, []key{ucr}, nil}, "b": {"payment", "paid", bank, nil, []key{ucr}, nil},
		}, "a+b"},
		{"title by having been shown, and through it", map[string]paper{
			"a": order, "b": {"payment", "paid", bank, []string{declarant}, []key{ucr}, []string{"a"}},
			"c": {"order", "sale", declarant, nil, []key{ucr}, nil}, "d": {"order", "sale", stranger, nil, []key{ucr}, nil},
		}, "a+b+c d"},
		{"a document that shares the claim's subject shows it too", map[string]paper{
			"a": order, "b": {"order", "sale", bank, nil, []key{ucr}, nil}, "c": {"assistance", "request", bank, nil, nil, []string{"b", "a"}},
		}, "a+b+c"},
		{"a digest of the stranger's shows nothing", map[string]paper{
			"a": order, "b": {"order", "sale", stranger, nil, []key{ucr}, nil},
			"c": {"payment", "paid", bank, nil, []key{ucr}, []string{"b"}},
		}, "a b c"},
		{"TF-SUBJ-27: without a giver a digest links", map[string]paper{
			"a": {"order", "sale", declarant, nil, []key{loose}, nil}, "b": {"payment", "paid", bank, nil, []key{loose}, []string{"a"}},
			"c": {"order", "sale", stranger, nil, []key{loose}, nil},
		}, "a+b c"},
		{"without a giver acts have title", map[string]paper{
			"a": {"detention", "detain", customs, nil, []key{loose}, nil}, "b": {"detention", "detain", platform, nil, []key{loose}, nil},
			"c": {"order", "sale", stranger, nil, []key{loose}, nil},
		}, "a+b c"},
	} {
		names := []string{}
		for name := range each.papers {
			names = append(names, name)
		}
		slices.Sort(names)
		for _, one := range orders(names) {
			t.Run(fmt.Sprint(each.title, one), func(t *testing.T) {
				d := newDesk(t, platform)
				for _, name := range one {
					d.take(name, each.papers[name])
				}
				if has := d.together(); has != each.want {
					t.Errorf("%s, not %s", has, each.want)
				}
			})
		}
	}
}

func TestTheGiversConfirmationGivesTitleWhereverItIsFiled(t *testing.T) {
	number := key{Scheme: "declaration", Issuer: customs, Value: "DE1"}
	papers := map[string]paper{
		"a": {"order", "sale", customs, nil, []key{number}, nil},
		"b": {"order", "sale", declarant, nil, []key{number}, nil},
		"c": {"customs-status", "registered", customs, nil, nil, []string{"b"}},
		"d": {"customs-status", "registered", stranger, nil, nil, []string{"e"}},
		"e": {"order", "sale", stranger, nil, []key{number}, nil},
	}
	for _, one := range orders([]string{"a", "b", "c", "d", "e"}) {
		d := newDesk(t, customs)
		for _, name := range one {
			d.take(name, papers[name])
		}
		if at := d.asked("case", number, customs); at == nil || d.byDigest["b"].subjects[0] != at || d.byDigest["e"].subjects[0] == at {
			t.Errorf("%v: %s", one, d.together())
		}
	}
}

// TF-SUBJ-26: the key's subject, else one's own claim's, else another's, each only where a document of it may be read.
func TestAKeyMeansToACallerTheFirstSubjectOfWhichItMayReadADocument(t *testing.T) {
	for _, one := range orders([]string{"a", "b", "c"}) {
		d := newDesk(t, platform)
		papers := map[string]paper{
			"a": {"order", "sale", platform, []string{customs}, []key{ucr}, nil},
			"b": {"order", "sale", stranger, []string{customs, declarant}, []key{ucr}, nil},
			"c": {"order", "sale", bank, []string{stranger, platform}, []key{ucr}, nil},
		}
		for _, name := range one {
			d.take(name, papers[name])
		}
		for caller, want := range map[string]string{
			platform: "a", customs: "a", stranger: "b", declarant: "b", bank: "c", "xa.nobody": "",
		} {
			if has := d.seen(ucr, caller); has != want {
				t.Errorf("%v: %s is told %q, not %q", one, caller, has, want)
			}
		}
	}
}
