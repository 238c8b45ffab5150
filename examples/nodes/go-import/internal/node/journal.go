package node

import (
	"bytes"
	"crypto/rand"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"time"

	"go.etcd.io/bbolt"
)

// entry is what one transaction adds: everything that the node knows is what its entries say, in their order.
type entry struct {
	Taken      *taken      `json:"taken,omitempty"`
	Filed      []filing    `json:"filed,omitempty"`
	Outcomes   []change    `json:"outcomes,omitempty"`
	Events     []event     `json:"events,omitempty"`
	Owed       []*owed     `json:"owed,omitempty"`
	Settled    []string    `json:"settled,omitempty"`
	Checkpoint []byte      `json:"checkpoint,omitempty"`
	Seen       *seenLog    `json:"seen,omitempty"`
	Witness    *witness    `json:"witness,omitempty"`
	Dossier    *heldBundle `json:"dossier,omitempty"`
}

// taken is a document that was taken in, with its receipt.
type taken struct {
	Envelope   []byte    `json:"envelope"`
	Receipt    []byte    `json:"receipt"`
	Outcome    string    `json:"outcome"`
	WaitsUntil time.Time `json:"waitsUntil"`
	At         time.Time `json:"at"`
	Leaf       bool      `json:"leaf"`
}

// filing puts a document under a subject, where a new id opens it; it says which subjects become one, the earliest
// first in each set, and which claims have title from then on.
type filing struct {
	Digest  string     `json:"digest"`
	Subject string     `json:"subject"`
	Keys    []key      `json:"keys,omitempty"`
	Kind    string     `json:"kind"`
	Joins   [][]string `json:"joins,omitempty"`
	Titles  []title    `json:"titles,omitempty"`
}

type change struct {
	Digest  string `json:"digest"`
	Outcome string `json:"outcome"`
}

type event struct {
	Party string          `json:"party"`
	Text  json.RawMessage `json:"text"`
}

// seenLog is the newest checkpoint that is held of another node's log.
type seenLog struct {
	Log  string `json:"log"`
	Size int64  `json:"size"`
	Root string `json:"root"`
}

// witness is a peer's receipt for a checkpoint of this node.
type witness struct {
	Checkpoint string `json:"checkpoint"`
	Peer       string `json:"peer"`
	Receipt    []byte `json:"receipt"`
}

type heldBundle struct {
	Digest    string   `json:"digest"`
	Bundle    []byte   `json:"bundle"`
	Receivers []string `json:"receivers"`
}

var bucket = []byte("entries")

// journal keeps entries in order on disk; one entry is one durable transaction (TF-INTAKE-25).
type journal struct{ db *bbolt.DB }

func openJournal(path string) (*journal, error) {
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{Timeout: 5 * time.Second})
	if err != nil {
		return nil, err
	}
	err = db.Update(func(tx *bbolt.Tx) error {
		_, err := tx.CreateBucketIfNotExists(bucket)
		return err
	})
	return &journal{db}, err
}

func (j *journal) close() error { return j.db.Close() }

// append returns only once the entry is durable.
func (j *journal) append(e *entry) error {
	text, err := json.Marshal(e)
	if err != nil {
		return err
	}
	return j.db.Update(func(tx *bbolt.Tx) error {
		held := tx.Bucket(bucket)
		number, err := held.NextSequence()
		if err != nil {
			return err
		}
		return held.Put(binary.BigEndian.AppendUint64(nil, number), text)
	})
}

func (j *journal) replay(act func(*entry) error) error {
	return j.db.View(func(tx *bbolt.Tx) error {
		return tx.Bucket(bucket).ForEach(func(_, text []byte) error {
			made := &entry{}
			if err := json.Unmarshal(text, made); err != nil {
				return err
			}
			return act(made)
		})
	})
}

func marshal(value any) ([]byte, error) {
	var text bytes.Buffer
	writer := json.NewEncoder(&text)
	writer.SetEscapeHTML(false)
	err := writer.Encode(value)
	return bytes.TrimRight(text.Bytes(), "\n"), err
}

// newID is a random UUID.
func newID() string {
	var raw [16]byte
	if _, err := rand.Read(raw[:]); err != nil {
		panic(err) // crypto/rand never fails on systems that Go runs on
	}
	raw[6], raw[8] = raw[6]&0x0f|0x40, raw[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", raw[:4], raw[4:6], raw[6:8], raw[8:10], raw[10:])
}
