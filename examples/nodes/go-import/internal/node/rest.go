package node

import (
	"errors"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"threeflow.example/goimport/internal/refuse"
	"threeflow.example/goimport/internal/seal"
)

// request is a request that has come as far as its operation.
type request struct {
	*http.Request
	body   []byte
	caller string
	path   []string
	accept string
}

// operation is one of the OpenAPI description.
type operation struct {
	method string
	path   *regexp.Regexp
	open   bool
	takes  string
	offers []string
	act    func(*Node, *request) (*answer, error)
}

func route(method, path string, open bool, takes string, offers []string, act func(*Node, *request) (*answer, error)) operation {
	pattern := regexp.MustCompile(`\{[a-z]+\}`).ReplaceAllString(regexp.QuoteMeta(path), "")
	pattern = regexp.MustCompile(`\\\{[a-z]+\\\}`).ReplaceAllString(pattern, `([^/]+)`)
	return operation{method, regexp.MustCompile("^" + pattern + "$"), open, takes, offers, act}
}

var operations = []operation{
	route("POST", "/v1/documents", false, jose, []string{jose}, (*Node).postDocument),
	route("POST", "/v1/documents/batch", false, ndjson, []string{ndjson}, (*Node).postBatch),
	route("GET", "/v1/documents/{issuer}/{id}", false, "", []string{jose, plain}, (*Node).getDocument),
	route("GET", "/v1/documents/{issuer}/{id}/receipt", false, "", []string{jose}, (*Node).getReceipt),
	route("GET", "/v1/subjects/{kind}", false, "", []string{plain}, (*Node).getSubject),
	route("POST", "/v1/dossiers", false, plain, []string{jose}, (*Node).postDossier),
	route("GET", "/v1/dossiers/{digest}", false, "", []string{plain}, (*Node).getDossier),
	route("GET", "/v1/events", false, "", []string{plain}, (*Node).getEvents),
	route("GET", "/v1/log/checkpoint", false, "", []string{jose}, (*Node).getCheckpoint),
	route("GET", "/v1/log/inclusion", false, "", []string{plain}, (*Node).getInclusion),
	route("GET", "/v1/log/consistency", false, "", []string{plain}, (*Node).getConsistency),
	route("GET", "/.well-known/threeflow", true, "", []string{jose}, (*Node).getStatement),
	route("GET", "/v1/trust-lists", true, "", []string{plain}, (*Node).getTrustLists),
	route("GET", "/v1/standard/{name}", true, "", []string{plain, "application/yaml"}, (*Node).getStandard),
	route("GET", "/v1/rules", true, "", []string{plain}, (*Node).getRules),
	route("GET", "/v1/rules/{rule}", true, "", []string{plain}, (*Node).getRule),
	route("GET", "/v1/codelists", true, "", []string{plain}, (*Node).getCodeLists),
	route("GET", "/v1/codelists/{list}", true, "", []string{plain}, (*Node).getCodeList),
	route("GET", "/health", true, "", []string{plain}, (*Node).getHealth),
	route("GET", "/ready", true, "", []string{plain}, (*Node).getReady),
}

// ServeHTTP answers a request: address, method, Accept and media type first, then size, then the caller (TF-REST-10,
// TF-INTAKE-1); until the caller is proven nothing is sealed.
func (n *Node) ServeHTTP(to http.ResponseWriter, of *http.Request) {
	made := n.serve(&request{Request: of})
	for name, value := range made.headers {
		to.Header().Set(name, value)
	}
	to.Header().Set("Content-Type", made.media)
	to.WriteHeader(made.status)
	_, _ = to.Write(made.body)
}

func (n *Node) serve(r *request) *answer {
	target, _, _ := strings.Cut(r.RequestURI, "?")
	var found *operation
	var methods []string
	for index := range operations {
		if match := operations[index].path.FindStringSubmatch(target); match != nil {
			methods = append(methods, operations[index].method)
			if operations[index].method == r.Method {
				found, r.path = &operations[index], match[1:]
			}
		}
	}
	switch {
	case methods == nil:
		return n.unsealed(refuse.As("not-found", "TF-REST-1", "no such address"))
	case found == nil:
		made := n.unsealed(refuse.As("method-not-allowed", "TF-REST-10", "this address has %s", strings.Join(methods, ", ")))
		made.headers = map[string]string{"Allow": strings.Join(methods, ", ")}
		return made
	}
	if r.accept = accepted(r.Header.Values("Accept"), found.offers); r.accept == "" {
		return n.unsealed(refuse.As("not-acceptable", "TF-REST-10", "this address offers %s", strings.Join(found.offers, ", ")))
	}
	if media, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";"); found.takes != "" && strings.ToLower(strings.TrimSpace(media)) != found.takes {
		return n.unsealed(refuse.As("unsupported-media-type", "TF-REST-10", "this address takes %s", found.takes))
	}
	if err := n.read(r); err != nil {
		return n.unsealed(err)
	}
	if !found.open {
		if err := n.prove(r, found.method == "POST"); err != nil {
			return n.unsealed(err)
		}
	}
	made, err := found.act(n, r)
	switch {
	case err == nil:
		return made
	case found.open:
		return n.unsealed(err)
	}
	return n.refused(err, r.caller, nil)
}

// read reads a body of at most the size that the statement allows, and not more of a larger one (TF-INTAKE-2).
func (n *Node) read(r *request) error {
	tooLarge := refuse.As("too-large", "TF-INTAKE-2", "a body has at most %d octets", maxBody)
	if r.ContentLength > maxBody {
		return tooLarge
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	if err != nil {
		return refuse.As("bad-request", "TF-REST-1", "the body cannot be read")
	}
	if len(body) > maxBody {
		return tooLarge
	}
	r.body = body
	return nil
}

// prove finds out who calls (page *Caller token*).
func (n *Node) prove(r *request, hasBody bool) error {
	scheme, text, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "bearer") {
		return refuse.As("token-malformed", "TF-REST-7", "a caller token is needed")
	}
	now := n.now()
	caller, err := seal.ReadToken(text, seal.Request{
		Node: n.Node, Environment: n.Environment, Method: r.Method, URI: n.Endpoint + r.RequestURI, Body: r.body,
		HasBody: hasBody,
	}, n.trust.Key, now)
	if err != nil {
		return err
	}
	if err := n.trust.Good(caller.Kid, now); err != nil {
		return err
	}
	if n.trust.Node(caller.Node) == nil {
		return refuse.As("caller-unknown", "TF-TOKEN-10", "the newest list does not name %s any more", caller.Node)
	}
	fresh, again, err := n.tokens.spend(caller, now)
	if err != nil {
		return err
	}
	// The same octets submitted again earn their first receipt, whatever the token (TF-TOKEN-12, TF-INTAKE-5).
	if !fresh && (!again || !strings.HasPrefix(r.RequestURI, "/v1/documents")) {
		return refuse.As("token-replayed", "TF-TOKEN-12", "the token was used before")
	}
	r.caller = caller.Node
	return nil
}

// accepted is the first media type offered that an Accept header admits, or empty.
func accepted(headers []string, offers []string) string {
	asked := strings.Split(strings.ToLower(strings.Join(headers, ",")), ",")
	if len(asked) == 1 && strings.TrimSpace(asked[0]) == "" {
		return offers[0]
	}
	for _, each := range asked {
		media, parameters, _ := strings.Cut(strings.TrimSpace(each), ";")
		if slices.Contains([]string{"q=0", "q=0.0", "q=0.00", "q=0.000"}, strings.ReplaceAll(parameters, " ", "")) {
			continue
		}
		media = strings.TrimSpace(media)
		for _, offer := range offers {
			family, _, _ := strings.Cut(offer, "/")
			if media == "*/*" || media == offer || media == family+"/*" {
				return offer
			}
		}
	}
	return ""
}

func (n *Node) postDocument(r *request) (*answer, error) {
	if err := n.able(); err != nil {
		return nil, err
	}
	return n.submit(r.body, r.caller), nil
}

// postBatch judges each line by itself (TF-REST-4).
func (n *Node) postBatch(r *request) (*answer, error) {
	if err := n.able(); err != nil {
		return nil, err
	}
	var lines []string
	for _, each := range strings.Split(string(r.body), "\n") {
		if each != "" {
			lines = append(lines, each)
		}
	}
	if len(lines) > maxBatch {
		return nil, refuse.As("too-large", "TF-INTAKE-2", "a batch has at most %d lines", maxBatch)
	}
	var told strings.Builder
	for _, each := range lines {
		told.Write(n.submit([]byte(each), r.caller).body)
		told.WriteByte('\n')
	}
	return &answer{http.StatusOK, ndjson, []byte(told.String()), nil}, nil
}

var errBroken = errors.New("the journal cannot be written")

// able says whether the node can take in a document now.
func (n *Node) able() error {
	n.lock.Lock()
	defer n.lock.Unlock()
	if n.broken {
		return errBroken
	}
	return nil
}
