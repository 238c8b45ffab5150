// Package merkle computes the log's tree by RFC 9162, sections 2.1.1, 2.1.3 and 2.1.4 (page *Log*).
package merkle

import (
	"bytes"
	"crypto/sha256"
)

// Leaf is the hash of a receipt's payload (TF-LOG-1).
func Leaf(octets []byte) []byte {
	sum := sha256.Sum256(append([]byte{0}, octets...))
	return sum[:]
}

func node(left, right []byte) []byte {
	sum := sha256.Sum256(append(append([]byte{1}, left...), right...))
	return sum[:]
}

// split is the largest power of two that is smaller than a size of at least 2.
func split(size int) int {
	k := 1
	for k*2 < size {
		k *= 2
	}
	return k
}

// Root is the root of the tree over some leaves.
func Root(leaves [][]byte) []byte {
	switch len(leaves) {
	case 0:
		sum := sha256.Sum256(nil)
		return sum[:]
	case 1:
		return leaves[0]
	}
	k := split(len(leaves))
	return node(Root(leaves[:k]), Root(leaves[k:]))
}

// Inclusion is the path that leads from a leaf to the root.
func Inclusion(index int, leaves [][]byte) [][]byte {
	if len(leaves) < 2 {
		return [][]byte{}
	}
	k := split(len(leaves))
	if index < k {
		return append(Inclusion(index, leaves[:k]), Root(leaves[k:]))
	}
	return append(Inclusion(index-k, leaves[k:]), Root(leaves[:k]))
}

// Consistency is the path that shows the tree over the first leaves to be the beginning of the whole.
func Consistency(first int, leaves [][]byte) [][]byte {
	if first == len(leaves) || first == 0 {
		return [][]byte{}
	}
	return subproof(first, leaves, true)
}

func subproof(first int, leaves [][]byte, whole bool) [][]byte {
	if first == len(leaves) {
		if whole {
			return [][]byte{}
		}
		return [][]byte{Root(leaves)}
	}
	k := split(len(leaves))
	if first <= k {
		return append(subproof(first, leaves[:k], whole), Root(leaves[k:]))
	}
	return append(subproof(first-k, leaves[k:], false), Root(leaves[:k]))
}

// Included says whether a path leads from a leaf to exactly a root (RFC 9162, 2.1.3.2).
func Included(leaf []byte, index, size int64, path [][]byte, root []byte) bool {
	if index < 0 || index >= size {
		return false
	}
	fn, sn, r := index, size-1, leaf
	for _, p := range path {
		if sn == 0 {
			return false
		}
		if fn&1 == 1 || fn == sn {
			r = node(p, r)
			for fn&1 == 0 && fn != 0 {
				fn, sn = fn>>1, sn>>1
			}
		} else {
			r = node(r, p)
		}
		fn, sn = fn>>1, sn>>1
	}
	return sn == 0 && bytes.Equal(r, root)
}

// Consistent says whether a path leads to exactly both roots (RFC 9162, 2.1.4.2).
func Consistent(first, second int64, path [][]byte, root1, root2 []byte) bool {
	if first < 1 || first > second {
		return false
	}
	if first == second {
		return len(path) == 0 && bytes.Equal(root1, root2)
	}
	if first&(first-1) == 0 {
		path = append([][]byte{root1}, path...)
	}
	if len(path) == 0 {
		return false
	}
	fn, sn := first-1, second-1
	for fn&1 == 1 {
		fn, sn = fn>>1, sn>>1
	}
	fr, sr := path[0], path[0]
	for _, c := range path[1:] {
		if sn == 0 {
			return false
		}
		if fn&1 == 1 || fn == sn {
			fr, sr = node(c, fr), node(c, sr)
			for fn&1 == 0 && fn != 0 {
				fn, sn = fn>>1, sn>>1
			}
		} else {
			sr = node(sr, c)
		}
		fn, sn = fn>>1, sn>>1
	}
	return sn == 0 && bytes.Equal(fr, root1) && bytes.Equal(sr, root2)
}
