package node

import (
	"fmt"
	"net/http"
	"slices"

	"threeflow.example/goimport/internal/merkle"
	"threeflow.example/goimport/internal/octets"
	"threeflow.example/goimport/internal/process"
	"threeflow.example/goimport/internal/refuse"
	"threeflow.example/goimport/internal/seal"
)

// checkpointLine is the line on which checkpoints are delivered.
const checkpointLine = "checkpoint"

// makeCheckpoint seals the size and root of the log where leaves were added (TF-INTAKE-33).
func (n *Node) makeCheckpoint() {
	n.lock.Lock()
	defer n.lock.Unlock()
	n.checkpointNow()
}

// checkpointNow makes a checkpoint of all leaves unless the newest has them; the lock is held.
func (n *Node) checkpointNow() {
	size := int64(len(n.memory.leaves))
	if size == 0 || size == n.memory.made || n.broken {
		return
	}
	value := map[string]any{
		"header": n.artefact(checkpointType, map[string]any{"receivers": n.bound()}), "log": n.Node, "size": size,
		"root": octets.WriteDigest(merkle.Root(n.memory.leaves)),
	}
	envelope, _, err := n.sealed(value)
	if err != nil {
		return
	}
	n.add(&entry{Checkpoint: envelope})
	n.owe(envelope)
}

// bound names every peer: the nodes to which a trust list gives an endpoint.
func (n *Node) bound() []string {
	found := make([]string, 0, len(n.peers))
	for id := range n.peers {
		found = append(found, id)
	}
	slices.Sort(found)
	return found
}

// owe puts a checkpoint in the queue of every peer, in the place of an older one that waits there.
func (n *Node) owe(raw []byte) {
	if raw == nil {
		return
	}
	envelope, err := seal.ReadEnvelope(raw)
	if err != nil {
		return
	}
	for id, to := range n.peers {
		to.lock.Lock()
		kept := slices.DeleteFunc(to.lines[checkpointLine], func(one *attempt) bool { return !one.flying })
		to.lines[checkpointLine] = append(kept, &attempt{
			owed: &owed{id, octets.Digest(envelope.Payload), checkpointLine}, pause: firstPause, raw: raw,
		})
		to.lock.Unlock()
	}
}

// submitCheckpoint takes in the checkpoint of another log only where it continues what is held of it (TF-INTAKE-34).
func (n *Node) submitCheckpoint(s *submission) *answer {
	n.witnessing.Lock()
	defer n.witnessing.Unlock()
	n.lock.Lock()
	again, err := n.repeat(s)
	if again == nil && err == nil {
		err = n.judge(s)
	}
	name := s.issuer() + " " + s.text("/log")
	before := n.memory.logs[name]
	n.lock.Unlock()
	if again != nil || err != nil {
		return n.outcome(s, again, err)
	}
	size, _ := process.At(s.payload, "/size").(int64)
	seen := &seenLog{name, size, s.text("/root")}
	if before != nil {
		if err := n.continues(s, before, seen); err != nil {
			return n.outcome(s, nil, err)
		}
	}
	n.lock.Lock()
	defer n.lock.Unlock()
	if again, err := n.repeat(s); again != nil || err != nil {
		return n.outcome(s, again, err)
	}
	receipt, err := n.receipt(s, nil, "accepted", false)
	if err != nil {
		return n.outcome(s, nil, err)
	}
	n.add(&entry{
		Taken: &taken{Envelope: s.envelope.Raw, Receipt: receipt, Outcome: "accepted", At: s.now}, Seen: seen,
	})
	if n.broken {
		return n.outcome(s, nil, fmt.Errorf("the journal cannot be written"))
	}
	return &answer{201, jose, receipt, nil}
}

func (n *Node) continues(s *submission, before, seen *seenLog) error {
	forked := func(detail string) error { return refuse.As("log-inconsistent", "TF-INTAKE-34", "%s", detail) }
	switch {
	case seen.Size < before.Size:
		return forked(fmt.Sprintf("a checkpoint of size %d is held", before.Size))
	case seen.Size == before.Size && seen.Root != before.Root:
		return forked("a checkpoint of this size with another root is held")
	case seen.Size == before.Size:
		return nil
	}
	issuer := n.trust.Node(s.issuer())
	if issuer == nil || issuer.Endpoint == "" {
		return forked("its issuer has no endpoint to be asked for the proof")
	}
	target := fmt.Sprintf("/v1/log/consistency?first=%d&second=%d", before.Size, seen.Size)
	status, body := n.call(issuer, http.MethodGet, target, nil)
	if status != http.StatusOK {
		return refuse.As("unavailable", "TF-REST-8", "the proof of consistency could not be had: status %d", status)
	}
	said, err := octets.ParseObject(body)
	if err != nil {
		return forked("the proof of consistency is no strict JSON")
	}
	var path [][]byte
	for _, each := range texts(said["path"]) {
		path = append(path, octets.ReadDigest(each))
	}
	first, _ := said["first"].(int64)
	second, _ := said["second"].(int64)
	if first != before.Size || second != seen.Size ||
		!merkle.Consistent(first, second, path, octets.ReadDigest(before.Root), octets.ReadDigest(seen.Root)) {
		return forked("the proof does not lead to both roots")
	}
	return nil
}
