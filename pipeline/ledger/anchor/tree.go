package anchor

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Receipt is the way from one statement to the root of an anchor's tree.
type Receipt struct {
	File string // the statement's name in the closed month
	Path []step
}

// step is the hash beside the way.
type step struct {
	isLeft bool
	hash   []byte
}

// leaf hashes a file's name and hash. What a leaf hashes begins with 0 and what a pair hashes with 1, so that neither
// can be taken for the other.
func leaf(name, hash string) []byte {
	sum := sha256.Sum256([]byte("\x00" + name + "\x00" + hash))
	return sum[:]
}

func pair(left, right []byte) []byte {
	sum := sha256.Sum256(slices.Concat([]byte{1}, left, right))
	return sum[:]
}

// Tree is a tree over files.
type Tree struct {
	names  []string   // sorted
	levels [][][]byte // from the leaves to the root
}

// NewTree is the tree over files, given with their hashes.
func NewTree(files map[string]string) *Tree {
	t := &Tree{names: slices.Sorted(maps.Keys(files))}
	var level [][]byte
	for _, name := range t.names {
		level = append(level, leaf(name, files[name]))
	}
	if len(level) == 0 {
		level = [][]byte{leaf("", "")}
	}
	for t.levels = [][][]byte{level}; len(level) > 1; t.levels = append(t.levels, level) {
		level = above(level)
	}
	return t
}

// above is the level above a level. A last one without a pair goes up as it is.
func above(level [][]byte) (up [][]byte) {
	for i := 0; i < len(level); i += 2 {
		if i+1 == len(level) {
			up = append(up, level[i])
		} else {
			up = append(up, pair(level[i], level[i+1]))
		}
	}
	return up
}

// Root is the hash that stands for all files.
func (t *Tree) Root() string { return hex.EncodeToString(t.levels[len(t.levels)-1][0]) }

// Receipt is the receipt of one of the files.
func (t *Tree) Receipt(name string) (*Receipt, error) {
	at, ok := slices.BinarySearch(t.names, name)
	if !ok {
		return nil, fmt.Errorf("there is no %s", name)
	}
	r := &Receipt{File: name}
	for _, level := range t.levels {
		if beside := at ^ 1; beside < len(level) {
			r.Path = append(r.Path, step{beside < at, level[beside]})
		}
		at /= 2
	}
	return r, nil
}

// Holds says whether a file with that hash is the one that the anchor is about.
func (a *Anchor) Holds(hash string) bool {
	if a.Receipt == nil {
		return false
	}
	at := leaf(a.Receipt.File, hash)
	for _, s := range a.Receipt.Path {
		if s.isLeft {
			at = pair(s.hash, at)
		} else {
			at = pair(at, s.hash)
		}
	}
	return hex.EncodeToString(at) == a.Root
}

func (r *Receipt) text() string {
	var out strings.Builder
	out.WriteString(beginReceipt + "\nfile: " + r.File + "\n")
	for _, s := range r.Path {
		side := "right"
		if s.isLeft {
			side = "left"
		}
		out.WriteString(side + ": " + hex.EncodeToString(s.hash) + "\n")
	}
	return out.String() + endReceipt + "\n"
}

// parseReceipt reads a receipt; nil where there is none.
func parseReceipt(text string) (*Receipt, error) {
	lines, _, err := block(text, beginReceipt, endReceipt)
	if errors.Is(err, ErrNone) {
		return nil, nil
	}
	r := &Receipt{}
	for _, l := range lines {
		switch l[0] {
		case "file":
			r.File = l[1]
		case "left", "right":
			raw, wrong := hex.DecodeString(l[1])
			if wrong != nil || len(raw) != sha256.Size {
				err = errors.Join(err, errors.New("the receipt has a hash that is none"))
			}
			r.Path = append(r.Path, step{l[0] == "left", raw})
		default:
			err = errors.Join(err, fmt.Errorf("the receipt has a line %s", l[0]))
		}
	}
	return r, err
}
