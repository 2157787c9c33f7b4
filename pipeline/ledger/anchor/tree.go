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

// leaves are the hashes of files in the order of their names.
func leaves(files map[string]string) (names []string, list [][]byte) {
	names = slices.Sorted(maps.Keys(files))
	for _, name := range names {
		list = append(list, leaf(name, files[name]))
	}
	return names, list
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

// Root is the root of the tree over files, given with their hashes.
func Root(files map[string]string) string {
	_, level := leaves(files)
	if len(level) == 0 {
		level = [][]byte{leaf("", "")}
	}
	for len(level) > 1 {
		level = above(level)
	}
	return hex.EncodeToString(level[0])
}

// ReceiptOf is the receipt of one of the files.
func ReceiptOf(files map[string]string, name string) (*Receipt, error) {
	names, level := leaves(files)
	at, ok := slices.BinarySearch(names, name)
	if !ok {
		return nil, fmt.Errorf("there is no %s", name)
	}
	r := &Receipt{File: name}
	for ; len(level) > 1; at, level = at/2, above(level) {
		if beside := at ^ 1; beside < len(level) {
			r.Path = append(r.Path, step{beside < at, level[beside]})
		}
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
