package agile

import (
	"cmp"
	"encoding/binary"
	"slices"
	"strings"
	"unicode/utf16"
)

// stream is a named part of a compound file ([MS-CFB]); its path begins in the root.
type stream struct {
	path string
	data []byte
}

// The sizes of a compound file of version 3, and the marks of its table of sectors.
const (
	sector     = 512
	miniSector = 64
	cutoff     = 4096 // a smaller stream lies in the mini stream
	perSector  = sector / 4
	inHeader   = 109 // sectors of the table that the header lists

	endOfChain  = 0xfffffffe
	freeSector  = 0xffffffff
	tableSector = 0xfffffffd
	listSector  = 0xfffffffc
	none        = 0xffffffff
)

// node is an entry of the directory.
type node struct {
	name               string
	data               []byte // of a stream
	kind               byte   // 1 storage, 2 stream, 5 root
	left, right, child uint32
	red                bool
	start              uint32
	size               uint64
	below              []uint32 // the entries of a storage
}

// compound writes a compound file.
func compound(streams []stream) []byte {
	nodes := directory(streams)
	var mini, body []byte
	var miniTable, table []uint32
	for i := range nodes {
		n := &nodes[i]
		if n.kind != 2 {
			continue
		}
		n.size = uint64(len(n.data))
		if len(n.data) < cutoff {
			n.start = uint32(len(miniTable))
			mini = filled(append(mini, n.data...), miniSector)
			miniTable = chain(miniTable, len(mini)/miniSector)
		} else {
			n.start = uint32(len(table))
			body = filled(append(body, n.data...), sector)
			table = chain(table, len(body)/sector)
		}
	}
	add := func(data []byte) (start uint32) {
		start = uint32(len(table))
		body = filled(append(body, data...), sector)
		table = chain(table, len(body)/sector)
		return start
	}
	nodes[0].size, nodes[0].start = uint64(len(mini)), add(mini)
	miniStart := add(numbers(miniTable))
	directoryStart := add(entries(nodes))
	return assembled(body, table, directoryStart, miniStart, (len(miniTable)+perSector-1)/perSector)
}

// chain continues a table up to so many sectors; they follow each other.
func chain(table []uint32, until int) []uint32 {
	for len(table) < until-1 {
		table = append(table, uint32(len(table)+1))
	}
	if len(table) < until {
		table = append(table, endOfChain)
	}
	return table
}

// assembled is the header, the body, and the table of sectors, which has sectors of its own.
func assembled(body []byte, table []uint32, directoryStart, miniStart uint32, miniSectors int) []byte {
	tables, lists := 0, 0
	for { // the table also holds the sectors of the table, and of the lists of them
		needed := (len(table) + tables + lists + perSector - 1) / perSector
		further := max(0, (needed-inHeader+perSector-2)/(perSector-1))
		if needed == tables && further == lists {
			break
		}
		tables, lists = needed, further
	}
	first := uint32(len(table))
	for range tables {
		table = append(table, tableSector)
	}
	firstList := uint32(len(table))
	for range lists {
		table = append(table, listSector)
	}
	for len(table)%perSector != 0 {
		table = append(table, freeSector)
	}
	where := make([]uint32, tables)
	for i := range where {
		where[i] = first + uint32(i)
	}
	out := header(tables, directoryStart, miniStart, miniSectors, lists, firstList)
	out = append(out, numbers(some(where, 0, inHeader))...)
	out = append(out, body...)
	out = append(out, numbers(table)...)
	for i := range lists {
		next := firstList + uint32(i) + 1
		if i == lists-1 {
			next = endOfChain
		}
		out = append(out, numbers(append(some(where, inHeader+i*(perSector-1), perSector-1), next))...)
	}
	return out
}

// some is a part of a list, filled with free sectors.
func some(list []uint32, from, n int) []uint32 {
	out := slices.Repeat([]uint32{freeSector}, n)
	if from < len(list) {
		copy(out, list[from:])
	}
	return out
}

func header(tables int, directoryStart, miniStart uint32, miniSectors, lists int, firstList uint32) []byte {
	out := []byte{0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1}
	out = append(out, make([]byte, 16)...)
	for _, n := range []uint16{0x3e, 3, 0xfffe, 9, 6} { // versions, byte order, and both sizes as powers of two
		out = binary.LittleEndian.AppendUint16(out, n)
	}
	out = append(out, make([]byte, 6)...)
	if lists == 0 {
		firstList = endOfChain
	}
	return append(out, numbers([]uint32{0, uint32(tables), directoryStart, 0, cutoff, miniStart, uint32(miniSectors),
		firstList, uint32(lists)})...)
}

func numbers(list []uint32) (out []byte) {
	for _, n := range list {
		out = binary.LittleEndian.AppendUint32(out, n)
	}
	return out
}

// filled fills data to whole sectors.
func filled(data []byte, size int) []byte {
	if rest := len(data) % size; rest > 0 {
		data = append(data, make([]byte, size-rest)...)
	}
	return data
}

// directory lists the root, the storages and the streams, each storage with a search tree of its entries.
func directory(streams []stream) []node {
	nodes := []node{{name: "Root Entry", kind: 5}}
	known := map[string]uint32{"": 0}
	var enter func(path string, kind byte, data []byte) uint32
	enter = func(path string, kind byte, data []byte) uint32 {
		if at, ok := known[path]; ok {
			return at
		}
		above, name := "", path
		if cut := strings.LastIndexByte(path, '/'); cut >= 0 {
			above, name = path[:cut], path[cut+1:]
		}
		parent := enter(above, 1, nil)
		at := uint32(len(nodes))
		known[path] = at
		nodes = append(nodes, node{name: name, kind: kind, data: data})
		nodes[parent].below = append(nodes[parent].below, at)
		return at
	}
	for _, s := range streams {
		enter(s.path, 2, s.data)
	}
	for i := range nodes {
		n := &nodes[i]
		n.left, n.right = none, none
	}
	for i := range nodes {
		below := nodes[i].below
		slices.SortFunc(below, func(a, b uint32) int {
			return cmp.Or(cmp.Compare(len(nodes[a].name), len(nodes[b].name)),
				strings.Compare(strings.ToUpper(nodes[a].name), strings.ToUpper(nodes[b].name)))
		})
		full := 0 // levels of the tree that are full
		for 1<<(full+1)-1 <= len(below) {
			full++
		}
		nodes[i].child = tree(nodes, below, full)
	}
	return nodes
}

// tree makes a balanced tree; the nodes below its full levels are red.
func tree(nodes []node, sorted []uint32, full int) uint32 {
	if len(sorted) == 0 {
		return none
	}
	middle := len(sorted) / 2
	n := &nodes[sorted[middle]]
	n.red = full == 0
	n.left, n.right = tree(nodes, sorted[:middle], full-1), tree(nodes, sorted[middle+1:], full-1)
	return sorted[middle]
}

// entries writes the directory.
func entries(nodes []node) (out []byte) {
	for _, n := range nodes {
		var name [64]byte
		units := utf16.Encode([]rune(n.name))
		for i, unit := range units {
			binary.LittleEndian.PutUint16(name[2*i:], unit)
		}
		black := byte(1)
		if n.red {
			black = 0
		}
		out = append(out, name[:]...)
		out = binary.LittleEndian.AppendUint16(out, uint16(2*len(units)+2))
		out = append(out, n.kind, black)
		out = append(out, numbers([]uint32{n.left, n.right, n.child})...)
		out = append(out, make([]byte, 16+4+16)...)
		out = append(out, numbers([]uint32{n.start})...)
		out = binary.LittleEndian.AppendUint64(out, n.size)
	}
	for len(out)%sector != 0 { // what is unused names no entry
		unused := make([]byte, 128)
		copy(unused[68:], numbers([]uint32{none, none, none}))
		out = append(out, unused...)
	}
	return out
}
