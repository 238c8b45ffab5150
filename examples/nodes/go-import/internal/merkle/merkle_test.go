package merkle

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"os"
	"strconv"
	"strings"
	"testing"
)

type proof struct {
	Name, Verdict, Leaf, Root, FirstRoot, SecondRoot string
	Index, Size, First, Second                       int64
	Path                                             []string
}

func read(t *testing.T, name string) []proof {
	t.Helper()
	var file struct{ Cases []proof }
	raw, err := os.ReadFile("../../../../../spec/threeflow_spec/v1/vectors/log/" + name)
	if err == nil {
		err = json.Unmarshal(raw, &file)
	}
	if err != nil || len(file.Cases) == 0 {
		t.Fatal(err)
	}
	return file.Cases
}

func hash(text string) []byte {
	found, _ := hex.DecodeString(strings.TrimPrefix(text, "sha-256:"))
	return found
}

func path(texts []string) [][]byte {
	found := make([][]byte, len(texts))
	for index, each := range texts {
		found[index] = hash(each)
	}
	return found
}

func TestEveryVectorOfInclusion(t *testing.T) {
	for _, each := range read(t, "inclusion.json") {
		holds := Included(Leaf([]byte(each.Leaf)), each.Index, each.Size, path(each.Path), hash(each.Root))
		if holds != (each.Verdict == "ok") {
			t.Errorf("%s: %v, not %s", each.Name, holds, each.Verdict)
		}
	}
}

func TestEveryVectorOfConsistency(t *testing.T) {
	for _, each := range read(t, "consistency.json") {
		holds := Consistent(each.First, each.Second, path(each.Path), hash(each.FirstRoot), hash(each.SecondRoot))
		if holds != (each.Verdict == "ok") {
			t.Errorf("%s: %v, not %s", each.Name, holds, each.Verdict)
		}
	}
}

func TestOwnProofsHold(t *testing.T) {
	var leaves [][]byte
	for size := 1; size <= 20; size++ {
		leaves = append(leaves, Leaf([]byte("receipt "+strconv.Itoa(size-1))))
		root := Root(leaves)
		for index := range leaves {
			if !Included(leaves[index], int64(index), int64(size), Inclusion(index, leaves), root) {
				t.Errorf("leaf %d of %d", index, size)
			}
			first := index + 1
			if !Consistent(int64(first), int64(size), Consistency(first, leaves), Root(leaves[:first]), root) {
				t.Errorf("%d of %d", first, size)
			}
		}
	}
	if bytes.Equal(Root(leaves), Root(leaves[:19])) {
		t.Error("two trees, one root")
	}
}
