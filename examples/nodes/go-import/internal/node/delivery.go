package node

import (
	"bytes"
	"io"
	"net/http"
	"slices"
	"sync"
	"time"

	"threeflow.example/goimport/internal/octets"
	"threeflow.example/goimport/internal/process"
	"threeflow.example/goimport/internal/seal"
	"threeflow.example/goimport/internal/trust"
)

const (
	firstPause   = 150 * time.Millisecond
	longestPause = 30 * time.Second
	atOnce       = 8
)

// owed is a document that is still to be delivered to a peer; documents about one line go in order.
type owed struct {
	Peer   string `json:"peer"`
	Digest string `json:"digest"`
	Line   string `json:"line"`
}

func (o *owed) key() string { return o.Peer + " " + o.Digest }

// peer is a node to which this one delivers: its queues, by line.
type peer struct {
	node   *trust.Node
	lock   sync.Mutex
	lines  map[string][]*attempt
	flying int
}

type attempt struct {
	*owed
	due    time.Time
	pause  time.Duration
	flying bool
	raw    []byte
}

func newPeer(node *trust.Node) *peer { return &peer{node: node, lines: map[string][]*attempt{}} }

func (p *peer) add(of *owed) {
	p.lock.Lock()
	defer p.lock.Unlock()
	p.lines[of.Line] = append(p.lines[of.Line], &attempt{owed: of, pause: firstPause})
}

// owing are the deliveries of a document: to every receiver or its way, but not to issuer, bringer and oneself, and to
// nobody where another gateway brought it (TF-INTAKE-30).
func (n *Node) owing(h *held, caller string) []*owed {
	if bringer := n.trust.Node(caller); caller != n.Node && bringer != nil && bringer.Endpoint != "" {
		return nil
	}
	line := h.digest
	if len(h.subjects) > 0 {
		line = h.subjects[0].id
	}
	var found []*owed
	for _, each := range texts(process.At(h.payload, "/header/receivers")) {
		receiver := n.trust.Node(each)
		if receiver == nil || each == n.Node || each == h.issuer || each == caller {
			continue
		}
		to := each
		if receiver.Endpoint == "" {
			to = receiver.Via
		}
		done := slices.ContainsFunc(found, func(one *owed) bool { return one.Peer == to })
		if n.peers[to] != nil && to != h.issuer && to != caller && !done {
			found = append(found, &owed{to, h.digest, line})
		}
	}
	return found
}

// deliver begins what is due to a peer.
func (n *Node) deliver(to *peer) {
	to.lock.Lock()
	defer to.lock.Unlock()
	for line, queue := range to.lines {
		if len(queue) == 0 {
			delete(to.lines, line)
			continue
		}
		if first := queue[0]; !first.flying && !first.due.After(n.now()) && to.flying < atOnce {
			first.flying = true
			to.flying++
			n.done.Add(1)
			go func() {
				defer n.done.Done()
				n.attempt(to, first)
			}()
		}
	}
}

func (n *Node) attempt(to *peer, of *attempt) {
	raw := of.raw
	if raw == nil {
		n.lock.Lock()
		raw = n.givenTo(n.memory.byDigest[of.Digest], to.node.ID)
		n.lock.Unlock()
	}
	settled, receipt := n.offer(to.node, raw)
	if settled {
		n.lock.Lock()
		e := &entry{Settled: []string{of.key()}}
		if of.raw != nil && receipt != nil {
			e = &entry{Witness: &witness{of.Digest, to.node.ID, receipt}}
		}
		n.add(e)
		n.lock.Unlock()
	}
	to.lock.Lock()
	defer to.lock.Unlock()
	to.flying--
	of.flying = false
	if settled {
		to.lines[of.Line] = slices.DeleteFunc(to.lines[of.Line], func(one *attempt) bool { return one == of })
		return
	}
	of.due, of.pause = n.now().Add(of.pause), min(of.pause*2, longestPause)
}

// offer sends an envelope to a peer and says whether a sealed outcome settles it (TF-REST-2); the receipt, if any.
func (n *Node) offer(to *trust.Node, raw []byte) (bool, []byte) {
	status, body := n.call(to, http.MethodPost, "/v1/documents", raw)
	if status == 0 {
		return false, nil
	}
	envelope, err := seal.ReadEnvelope(body)
	if err != nil {
		return false, nil
	}
	value, err := octets.ParseObject(envelope.Payload)
	if err != nil || envelope.Verify(n.trust.Key, to.ID) != nil || process.Text(value, "/header/issuer") != to.ID {
		return false, nil
	}
	sent, err := seal.ReadEnvelope(raw)
	if err != nil {
		return false, nil
	}
	digest := octets.Digest(sent.Payload)
	switch process.Text(value, "/header/type") {
	case "receipt":
		return process.Text(value, "/document/digest") == digest, body
	case "refusal":
		retryable, _ := process.At(value, "/problem/retryable").(bool)
		return process.Text(value, "/digest") == digest && !retryable, nil
	}
	return false, nil
}

// call makes a request to a listed endpoint under a token of this node, and follows no redirect (TF-INTAKE-31).
func (n *Node) call(to *trust.Node, method, target string, body []byte) (int, []byte) {
	request, err := http.NewRequest(method, to.Endpoint+target, bytes.NewReader(body))
	if err != nil {
		return 0, nil
	}
	token, err := n.token.Token(n.Node, seal.Request{
		Node: to.ID, Environment: n.Environment, Method: method, URI: to.Endpoint + target, Body: body, HasBody: body != nil,
	}, n.now())
	if err != nil {
		return 0, nil
	}
	request.Header.Set("Authorization", "Bearer "+token)
	if body != nil {
		request.Header.Set("Content-Type", jose)
	}
	response, err := n.client.Do(request)
	if err != nil {
		return 0, nil
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(io.LimitReader(response.Body, 64<<20))
	if err != nil {
		return 0, nil
	}
	return response.StatusCode, text
}
