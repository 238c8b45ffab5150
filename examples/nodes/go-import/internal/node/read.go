package node

import (
	"errors"
	"io/fs"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"threeflow.example/goimport/internal/merkle"
	"threeflow.example/goimport/internal/octets"
	"threeflow.example/goimport/internal/process"
	"threeflow.example/goimport/internal/refuse"
)

var (
	idForm       = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`)
	nodeForm     = regexp.MustCompile(`^[a-z0-9][a-z0-9-]*([.][a-z0-9][a-z0-9-]*)+$`)
	standardForm = regexp.MustCompile(`^[a-z0-9][a-z0-9._~-]{0,199}$`)
	numberForm   = regexp.MustCompile(`^[0-9]{1,16}$`)
)

func bad(format string, values ...any) error {
	return refuse.As("bad-request", "TF-REST-1", format, values...)
}

// nowhere answers alike what is not held and what is not the caller's (TF-INTAKE-12).
func nowhere() error { return refuse.As("not-found", "TF-INTAKE-12", "not found") }

func ok(media string, body []byte) (*answer, error) { return &answer{200, media, body, nil}, nil }

// readable finds a document that the caller is a party to.
func (n *Node) readable(r *request) (*held, error) {
	if !nodeForm.MatchString(r.path[0]) || !idForm.MatchString(r.path[1]) {
		return nil, bad("a document is named by the id of a node and a UUID")
	}
	n.lock.Lock()
	defer n.lock.Unlock()
	h := n.memory.byID[r.path[0]+"/"+r.path[1]]
	if h == nil || !slices.Contains(h.parties(), r.caller) {
		return nil, nowhere()
	}
	return h, nil
}

// givenTo is a document as another node may have it: without the parts of which it is no receiver (TF-PART-14), and
// abroad without those that are not for the purpose that the document names (TF-PART-15).
func (n *Node) givenTo(h *held, reader string) []byte {
	if len(h.envelope.Parts) == 0 {
		return h.Envelope
	}
	purpose, abroad := process.Text(h.payload, "/header/purpose"), jurisdiction(reader) != jurisdiction(h.issuer)
	written, withheld := h.withParts(func(part any) bool {
		purposes, _ := process.At(part, "/purposes").([]any)
		if abroad && !slices.Contains(purposes, any(purpose)) {
			return false
		}
		admitted := texts(process.At(part, "/receivers"))
		return len(admitted) == 0 || slices.ContainsFunc(append(admitted, h.issuer), func(each string) bool {
			listed := n.trust.Node(each)
			return each == reader || (listed != nil && listed.Via == reader)
		})
	})
	if len(withheld) == 0 {
		return h.Envelope
	}
	return written
}

func (n *Node) getDocument(r *request) (*answer, error) {
	h, err := n.readable(r)
	if err != nil {
		return nil, err
	}
	if r.accept == plain {
		return ok(plain, h.envelope.Payload)
	}
	return ok(jose, n.givenTo(h, r.caller))
}

func (n *Node) getReceipt(r *request) (*answer, error) {
	h, err := n.readable(r)
	if err != nil {
		return nil, err
	}
	return ok(jose, h.Receipt)
}

// query reads the query; texts that no JSON string could hold are refused.
func query(r *request) (url.Values, error) {
	found, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, bad("the query cannot be read")
	}
	for _, values := range found {
		for _, each := range values {
			if !utf8.ValidString(each) || strings.ContainsRune(each, 0) {
				return nil, bad("the query is no text")
			}
		}
	}
	return found, nil
}

// number reads a whole number of the query; one that is not given is the default.
func number(of url.Values, name string, fallback, least, most int64) (int64, error) {
	if !of.Has(name) {
		if fallback < least {
			return 0, bad("%s is missing", name)
		}
		return fallback, nil
	}
	text := of.Get(name)
	found, err := strconv.ParseInt(text, 10, 64)
	if !numberForm.MatchString(text) || err != nil || found < least || found > most {
		return 0, bad("%s is no whole number from %d to %d", name, least, most)
	}
	return found, nil
}

const largest = 1<<53 - 1

func (n *Node) getEvents(r *request) (*answer, error) {
	asked, err := query(r)
	if err != nil {
		return nil, err
	}
	after, err := number(asked, "after", 0, 0, largest)
	if err != nil {
		return nil, err
	}
	limit, err := number(asked, "limit", 100, 1, 1000)
	if err != nil {
		return nil, err
	}
	wait, err := number(asked, "wait", 0, 0, 30)
	if err != nil {
		return nil, err
	}
	deadline := time.After(time.Duration(wait) * time.Second)
	for {
		n.lock.Lock()
		feed, woken := n.memory.feeds[r.caller], n.wake
		n.lock.Unlock()
		if int64(len(feed)) > after || wait == 0 {
			return page(feed, after, limit)
		}
		select {
		case <-woken:
		case <-deadline:
			wait = 0
		case <-r.Context().Done():
			wait = 0
		case <-n.stop:
			wait = 0
		}
	}
}

func page(feed [][]byte, after, limit int64) (*answer, error) {
	end := min(int64(len(feed)), after+limit)
	var found [][]byte
	if after < end {
		found = feed[after:end]
	} else {
		end = after
	}
	var text strings.Builder
	text.WriteString(`{"events":[`)
	for index, each := range found {
		if index > 0 {
			text.WriteByte(',')
		}
		text.Write(each)
	}
	text.WriteString(`],"next":` + strconv.FormatInt(end, 10) + `}`)
	return ok(plain, []byte(text.String()))
}

func (n *Node) getCheckpoint(*request) (*answer, error) {
	n.lock.Lock()
	defer n.lock.Unlock()
	if n.memory.checkpoint == nil {
		return nil, nowhere()
	}
	return ok(jose, n.memory.checkpoint)
}

func (n *Node) getInclusion(r *request) (*answer, error) {
	asked, err := query(r)
	if err != nil {
		return nil, err
	}
	index, err := number(asked, "index", -1, 0, largest)
	if err != nil {
		return nil, err
	}
	size, err := number(asked, "size", -1, 1, largest)
	if err != nil {
		return nil, err
	}
	if index >= size {
		return nil, bad("a tree of %d leaves has no leaf %d", size, index)
	}
	n.lock.Lock()
	defer n.lock.Unlock()
	if size > int64(len(n.memory.leaves)) {
		return nil, nowhere()
	}
	leaves := n.memory.leaves[:size]
	return ok(plain, dump(map[string]any{
		"index": index, "size": size, "leaf": octets.WriteDigest(leaves[index]),
		"path": digests(merkle.Inclusion(int(index), leaves)),
	}))
}

func digests(of [][]byte) []string {
	found := make([]string, len(of))
	for index, each := range of {
		found[index] = octets.WriteDigest(each)
	}
	return found
}

func (n *Node) getConsistency(r *request) (*answer, error) {
	asked, err := query(r)
	if err != nil {
		return nil, err
	}
	first, err := number(asked, "first", -1, 1, largest)
	if err != nil {
		return nil, err
	}
	second, err := number(asked, "second", -1, 1, largest)
	if err != nil {
		return nil, err
	}
	if first > second {
		return nil, bad("first is larger than second")
	}
	n.lock.Lock()
	defer n.lock.Unlock()
	if second > int64(len(n.memory.leaves)) {
		return nil, nowhere()
	}
	path := digests(merkle.Consistency(int(first), n.memory.leaves[:second]))
	return ok(plain, dump(map[string]any{"first": first, "second": second, "path": path}))
}

// getStatement says what the node is (schema node-statement).
func (n *Node) getStatement(*request) (*answer, error) {
	types := []string{}
	for _, each := range n.standard.Table.Documents {
		types = append(types, each.Type)
	}
	profiles := make([]string, 0, len(n.standard.Agencies))
	for name := range n.standard.Agencies {
		profiles = append(profiles, name)
	}
	slices.Sort(profiles)
	lists := []map[string]any{}
	for _, each := range n.trust.Jurisdictions() {
		newest := n.trust.Newest(each)
		lists = append(lists, map[string]any{"jurisdiction": each, "sequence": newest.Sequence, "digest": newest.Digest})
	}
	roles := n.Roles
	if self := n.trust.Node(n.Node); self != nil {
		roles = self.Roles
	}
	envelope, _, err := n.sealed(map[string]any{
		"header": n.artefact("node-statement", nil), "specVersions": []string{specVersion},
		"bindings": []map[string]any{{"binding": "rest", "endpoint": n.Endpoint}}, "roles": roles, "types": types,
		"profiles": profiles, "algorithms": []string{"ES256", "Ed25519"}, "software": software, "trustLists": lists,
		"standardDigest": n.published.Digest,
		"limits": map[string]any{
			"maxBodyOctets": maxBody, "maxBatch": maxBatch, "maxDepth": 32, "tokenLifetimeSeconds": 300,
			"clockSkewSeconds": 60, "pendingSeconds": n.PendingSeconds,
		},
	})
	if err != nil {
		return nil, err
	}
	return ok(jose, envelope)
}

func (n *Node) getTrustLists(*request) (*answer, error) {
	var text strings.Builder
	text.WriteString(`{"lists":[`)
	for index, each := range n.trust.All() {
		if index > 0 {
			text.WriteByte(',')
		}
		text.Write(each.Raw)
	}
	text.WriteString(`]}`)
	return ok(plain, []byte(text.String()))
}

func (n *Node) getStandard(r *request) (*answer, error) {
	if !standardForm.MatchString(r.path[0]) {
		return nil, bad("no file of the standard has such a name")
	}
	name := strings.ReplaceAll(r.path[0], "~", "/")
	text, err := n.standard.File(name)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrInvalid) {
		return nil, refuse.As("not-found", "TF-REST-1", "the standard has no such file")
	}
	if err != nil {
		return nil, refuse.As("not-found", "TF-REST-1", "this is no file of the standard")
	}
	if strings.HasSuffix(name, ".yaml") {
		return ok("application/yaml", text)
	}
	return ok(plain, text)
}

func (n *Node) getHealth(*request) (*answer, error) { return ok(plain, []byte(`{"status":"ok"}`)) }

func (n *Node) getReady(*request) (*answer, error) {
	if err := n.able(); err != nil {
		return nil, err
	}
	return ok(plain, []byte(`{"status":"ok"}`))
}

// getSubject is one-click tracking: what this node computes from the documents that it took in.
func (n *Node) getSubject(r *request) (*answer, error) {
	asked, err := query(r)
	if err != nil {
		return nil, err
	}
	kind := r.path[0]
	if !slices.Contains([]string{"case", "consignment", "movement", "account", "record"}, kind) {
		return nil, bad("no subject is a %s", kind)
	}
	one := key{asked.Get("scheme"), asked.Get("issuer"), asked.Get("value"), nil}
	if one.Scheme == "" || one.Issuer == "" || one.Value == "" {
		return nil, bad("a subject is asked for by scheme, issuer and value of a key")
	}
	n.lock.Lock()
	defer n.lock.Unlock()
	found := n.memory.asked(kind, one, r.caller)
	if found == nil {
		return nil, nowhere()
	}
	return ok(plain, dump(n.tracked(found, r.caller)))
}

// tracked shows a subject to a party: all of its state, and of its documents those that are the party's.
func (n *Node) tracked(one *subject, caller string) map[string]any {
	documents := counted([]*subject{one})
	state := process.Fold(n.guards, one.kind, documents, n.around(documents, true))
	shown, findings, waiting := []map[string]any{}, []map[string]any{}, []map[string]any{}
	mine := map[string]bool{}
	for _, h := range one.holds {
		if !slices.Contains(h.parties(), caller) {
			continue
		}
		mine[h.digest] = true
		said := h.reference()
		said["kind"], said["outcome"] = h.kind, h.Outcome
		said["receivedAt"], said["at"] = stamp(h.At), process.Instant(h.document.At)
		shown = append(shown, said)
		result := state.Results[h.digest]
		if result == nil {
			continue
		}
		for _, code := range result.Findings {
			words := n.words(code, h.document)
			findings = append(findings, map[string]any{"code": code, "document": h.digest, "message": words.Message})
		}
		if result.Waits != "" {
			waiting = append(waiting, map[string]any{"document": h.digest, "reason": result.Waits})
		}
	}
	keys := one.keys
	if keys == nil {
		keys = []key{}
	}
	return map[string]any{
		"kind": one.kind, "id": one.id, "keys": plainKeys(keys), "documents": shown, "portions": portions(state),
		"tracks": whole(state), "steps": steps(state, mine), "findings": findings, "waiting": waiting,
		"accounts": accounts(state),
	}
}

func plainKeys(keys []key) []map[string]any {
	found := []map[string]any{}
	for _, each := range keys {
		found = append(found, map[string]any{"scheme": each.Scheme, "issuer": each.Issuer, "value": each.Value})
	}
	return found
}

func portions(state *process.State) []map[string]any {
	found := []map[string]any{}
	for _, each := range state.Portions {
		cells := []map[string]any{}
		for _, cell := range each.Cells {
			cells = append(cells, map[string]any{
				"sequence": cell.Sequence, "package": cell.Package, "quantity": process.Decimal(cell.Quantity),
			})
		}
		found = append(found, map[string]any{
			"ordinal": each.Ordinal, "cells": cells, "packages": each.Packages(), "tracks": each.States,
		})
	}
	return found
}

func steps(state *process.State, mine map[string]bool) []map[string]any {
	found := []map[string]any{}
	for _, each := range state.Steps {
		if mine[each.Document] {
			found = append(found, map[string]any{
				"track": each.Track, "from": each.From, "to": each.To, "portion": each.Portion, "at": each.At,
				"cause": each.Document,
			})
		}
	}
	return found
}

func accounts(state *process.State) []map[string]any {
	found := []map[string]any{}
	for _, each := range state.AllAccounts() {
		said := map[string]any{"account": each.Account, "state": each.State}
		for name, units := range map[string]map[string]string{
			"credit": each.Figures(each.Credit), "debit": each.Figures(each.Debit), "open": each.Figures(each.Open),
			"difference": each.Figures(each.Difference),
		} {
			said[name] = units
		}
		found = append(found, said)
	}
	return found
}
