// Package node is a customs node of the standard: intake, subjects, log, feeds, deliveries and dossiers over REST.
package node

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"threeflow.example/goimport/internal/octets"
	"threeflow.example/goimport/internal/process"
	"threeflow.example/goimport/internal/seal"
	"threeflow.example/goimport/internal/standard"
	"threeflow.example/goimport/internal/trust"
	"threeflow.example/rules/rules"
)

// Limits of this node, as its statement gives them.
const (
	maxBody  = 262_144
	maxBatch = 1000
	software = "threeflow go-import 0.1"
)

// Config says who the node is; its fields are those of the node.json that `threeflow-conformance prepare` writes.
type Config struct {
	Node           string   `json:"node"`
	Environment    string   `json:"environment"`
	Endpoint       string   `json:"endpoint"`
	Roles          []string `json:"roles"`
	PendingSeconds int      `json:"pendingSeconds"`
}

// Node is a running node.
type Node struct {
	Config
	standard  *standard.Standard
	rules     *rules.Judge
	published *standard.Published
	guards    *process.Guards
	trust     *trust.Store
	seal      *seal.Signer
	token     *seal.Signer
	journal   *journal
	client    *http.Client
	tokens    *tokens
	now       func() time.Time

	lock   sync.Mutex
	memory *memory
	wake   chan struct{}
	peers  map[string]*peer

	broken     bool
	kept       *heldBundle
	witnessing sync.Mutex
	stop       chan struct{}
	done       sync.WaitGroup
}

// Open reads a folder (node.json, keys/, trust/), replays its journal and starts the node's own work.
func Open(folder, standardRoot string) (*Node, error) {
	n := &Node{now: time.Now, wake: make(chan struct{}), stop: make(chan struct{}), peers: map[string]*peer{}}
	text, err := os.ReadFile(filepath.Join(folder, "node.json"))
	if err == nil {
		err = json.Unmarshal(text, &n.Config)
	}
	if err != nil {
		return nil, fmt.Errorf("node.json: %w", err)
	}
	n.Endpoint = strings.TrimRight(n.Endpoint, "/")
	if err := n.readStandard(standardRoot); err != nil {
		return nil, err
	}
	if n.trust, err = ReadTrust(filepath.Join(folder, "trust"), n.Environment, n.standard, n.now()); err != nil {
		return nil, err
	}
	if n.seal, err = readKey(filepath.Join(folder, "keys", "seal.json")); err != nil {
		return nil, err
	}
	if n.token, err = readKey(filepath.Join(folder, "keys", "token.json")); err != nil {
		return nil, err
	}
	n.client = &http.Client{
		Timeout:       5 * time.Second,
		Transport:     &http.Transport{Proxy: nil, MaxIdleConnsPerHost: 4, IdleConnTimeout: 30 * time.Second},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	if n.tokens, err = openTokens(filepath.Join(folder, "tokens.log"), n.now()); err != nil {
		return nil, err
	}
	n.memory = newMemory(n.standard.Table, n.giver)
	if n.journal, err = openJournal(filepath.Join(folder, "journal.db")); err != nil {
		return nil, err
	}
	if err := n.journal.replay(func(e *entry) error { return n.memory.apply(e) }); err != nil {
		return nil, fmt.Errorf("journal.db: %w", err)
	}
	n.begin()
	return n, nil
}

func (n *Node) readStandard(root string) error {
	var err error
	if n.standard, err = standard.Read(root); err != nil {
		return err
	}
	if n.published, err = n.standard.Publish(); err != nil {
		return err
	}
	held, err := rules.Read(root)
	if err != nil {
		return err
	}
	if n.rules, err = rules.NewJudge(held); err != nil {
		return err
	}
	n.guards, err = process.NewGuards(n.standard.Table, held)
	return err
}

// ReadTrust takes in every trust file of a folder.
func ReadTrust(folder, environment string, held *standard.Standard, now time.Time) (*trust.Store, error) {
	store := trust.NewStore(environment, held.Violations)
	names, err := filepath.Glob(filepath.Join(folder, "*.json"))
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err == nil {
			err = store.AddFile(text, now)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	return store, nil
}

func readKey(name string) (*seal.Signer, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	found, err := seal.ReadSigner(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return found, nil
}

// begin starts what a node does by itself: deliveries, checkpoints, the end of waits.
func (n *Node) begin() {
	for _, list := range n.trust.All() {
		for _, id := range list.Order {
			if found := n.trust.Node(id); found != nil && found.Endpoint != "" && id != n.Node && n.peers[id] == nil {
				n.peers[id] = newPeer(found)
			}
		}
	}
	n.lock.Lock()
	for _, each := range n.memory.owed {
		n.peers[each.Peer].add(each)
	}
	n.owe(n.memory.checkpoint)
	n.lock.Unlock()
	for _, each := range n.peers {
		n.every(50*time.Millisecond, func() { n.deliver(each) })
	}
	n.every(300*time.Millisecond, n.makeCheckpoint)
	n.every(200*time.Millisecond, n.endWaits)
}

func (n *Node) every(pause time.Duration, work func()) {
	n.done.Add(1)
	go func() {
		defer n.done.Done()
		for {
			select {
			case <-n.stop:
				return
			case <-time.After(pause):
				work()
			}
		}
	}()
}

// Close stops the node.
func (n *Node) Close() error {
	close(n.stop)
	n.done.Wait()
	return n.journal.close()
}

// dump writes a value as JSON without escaping what needs none.
func dump(value any) []byte {
	text, err := marshal(value)
	if err != nil {
		panic(err) // values of the node's own making are always JSON
	}
	return text
}

// artefact makes the header of something that the node itself says.
func (n *Node) artefact(name string, more map[string]any) map[string]any {
	header := map[string]any{
		"specVersion": "1.0", "type": name, "id": newID(), "issuer": n.Node, "environment": n.Environment,
		"issuedAt": stamp(n.now()),
	}
	for member, value := range more {
		header[member] = value
	}
	return header
}

func stamp(at time.Time) string { return at.UTC().Format("2006-01-02T15:04:05.000000Z") }

// sealed puts a value under the node's seal; it gives the envelope and the payload.
func (n *Node) sealed(value any) ([]byte, []byte, error) {
	payload := dump(value)
	envelope, err := n.seal.Seal(payload)
	return envelope, payload, err
}

func digestOf(payload []byte) string { return octets.Digest(payload) }
