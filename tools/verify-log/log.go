package main

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
)

const (
	height    = 8
	width     = 1 << height
	maxBundle = width * (2 + 65535)
)

// folder reads tiles of a log that lies in a directory, in the layout of C2SP tlog-tiles.
type folder string

func (f folder) path(t tlog.Tile) string {
	level := fmt.Sprint(t.L)
	if t.L == -1 {
		level = "entries"
	}
	index := fmt.Sprintf("%03d", t.N%1000)
	for n := t.N / 1000; n > 0; n /= 1000 {
		index = fmt.Sprintf("x%03d/%s", n%1000, index)
	}
	path := "tile/" + level + "/" + index
	if t.W < width {
		path += fmt.Sprintf(".p/%d", t.W)
	}
	return filepath.Join(string(f), filepath.FromSlash(path))
}

// Height, ReadTiles and SaveTiles make it a tlog.TileReader: the library then holds every tile against the tree's root.
func (f folder) Height() int { return height }

func (f folder) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	out := make([][]byte, 0, len(tiles))
	for _, t := range tiles {
		data, err := f.read(t)
		if err != nil {
			return nil, err
		}
		out = append(out, data)
	}
	return out, nil
}

func (f folder) SaveTiles([]tlog.Tile, [][]byte) {}

func (f folder) read(t tlog.Tile) ([]byte, error) {
	data, err := readBounded(f.path(t), width*tlog.HashSize)
	if err != nil {
		return nil, err
	}
	if len(data) != t.W*tlog.HashSize {
		return nil, fmt.Errorf("%s has %d bytes, not those of %d hashes", f.path(t), len(data), t.W)
	}
	return data, nil
}

func (f folder) entries(n int64, w int) ([][]byte, error) {
	path := f.path(tlog.Tile{H: height, L: -1, N: n, W: w})
	data, err := readBounded(path, maxBundle)
	if err != nil {
		return nil, err
	}
	var out [][]byte
	for len(data) > 0 {
		if len(out) == w || len(data) < 2 {
			return nil, fmt.Errorf("%s is not a bundle of %d entries", path, w)
		}
		size := int(data[0])<<8 | int(data[1])
		if len(data) < 2+size {
			return nil, fmt.Errorf("%s ends inside an entry", path)
		}
		out = append(out, data[2:2+size])
		data = data[2+size:]
	}
	if len(out) != w {
		return nil, fmt.Errorf("%s has %d entries, not %d", path, len(out), w)
	}
	return out, nil
}

// stored keeps the hashes that the entries make, in the library's order.
type stored []tlog.Hash

func (s stored) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, 0, len(indexes))
	for _, i := range indexes {
		if i < 0 || i >= int64(len(s)) {
			return nil, errors.New("a hash past the end of the log")
		}
		out = append(out, s[i])
	}
	return out, nil
}

func treeHash(size int64, hashes tlog.HashReader) (tlog.Hash, error) {
	if size == 0 {
		return sha256.Sum256(nil), nil
	}
	return tlog.TreeHash(size, hashes)
}

func verifyLog(dir, keys, older string, wanted int) (string, error) {
	judgedBy := "the keys given"
	if keys == "" {
		keys, judgedBy = filepath.Join(dir, "keys"), "the keys in the folder itself"
	}
	ring, err := readKeys(keys)
	if err != nil {
		if judgedBy == "the keys given" {
			return "", usageError{err.Error()}
		}
		return "", err
	}
	head, err := readCheckpoint(filepath.Join(dir, "checkpoint"), ring)
	if err != nil {
		return "", err
	}
	hashes, leaves, err := rebuild(folder(dir), head.size)
	if err != nil {
		return "", err
	}
	root, err := treeHash(head.size, hashes)
	if err != nil {
		return "", err
	}
	if root != head.root {
		return "", fmt.Errorf("the entries make the root %v, the log signed %v", root, head.root)
	}
	if err := checkTiles(folder(dir), head, hashes); err != nil {
		return "", err
	}
	if err := checkInclusion(folder(dir), head, hashes, leaves); err != nil {
		return "", err
	}
	cosigners, cosignedSize := head.cosigners, head.size
	if path := filepath.Join(dir, "checkpoint.cosigned"); exists(path) {
		cosigned, err := checkOlder(path, ring, head, hashes)
		if err != nil {
			return "", err
		}
		if len(cosigners) == 0 {
			cosigners, cosignedSize = cosigned.cosigners, cosigned.size
		}
	}
	if len(cosigners) < wanted {
		return "", fmt.Errorf("%d known cosigners vouch for the log, %d are wanted", len(cosigners), wanted)
	}
	words := fmt.Sprintf("VERIFIED: %s, %d entries, root %v, by %s", ring.logs[0].name, head.size, head.root, judgedBy)
	if len(cosigners) > 0 {
		words += fmt.Sprintf("\ncosigned at %d entries by %s", cosignedSize, strings.Join(cosigners, ", "))
	}
	if older != "" {
		before, err := checkOlder(older, ring, head, hashes)
		if err != nil {
			return "", err
		}
		words += fmt.Sprintf("\ncontinues the checkpoint of %d entries", before.size)
	}
	return words, nil
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

func readCheckpoint(path string, ring keyring) (checkpoint, error) {
	data, err := readBounded(path, maxNote)
	if err != nil {
		return checkpoint{}, err
	}
	return openCheckpoint(data, ring)
}

// rebuild makes the tree again from the entries alone.
func rebuild(f folder, size int64) (stored, []tlog.Hash, error) {
	var hashes stored
	var leaves []tlog.Hash
	for at := int64(0); at < size; at += width {
		w := width
		if size-at < width {
			w = int(size - at)
		}
		entries, err := f.entries(at/width, w)
		if err != nil {
			return nil, nil, err
		}
		for i, entry := range entries {
			more, err := tlog.StoredHashes(at+int64(i), entry, hashes)
			if err != nil {
				return nil, nil, err
			}
			hashes = append(hashes, more...)
			leaves = append(leaves, tlog.RecordHash(entry))
		}
	}
	return hashes, leaves, nil
}

// checkTiles holds every hash tile of the tree, at every level, against what the entries make.
func checkTiles(f folder, head checkpoint, hashes stored) error {
	for level, count := 0, head.size; count > 0; level, count = level+1, count/width {
		for n := int64(0); n*width < count; n++ {
			w := width
			if count-n*width < width {
				w = int(count - n*width)
			}
			t := tlog.Tile{H: height, L: level, N: n, W: w}
			want, err := tlog.ReadTileData(t, hashes)
			if err != nil {
				return err
			}
			got, err := f.read(t)
			if err != nil {
				return err
			}
			if !bytes.Equal(want, got) {
				return fmt.Errorf("%s is not of the entries", f.path(t))
			}
		}
	}
	return nil
}

// checkInclusion proves each entry in the signed tree twice: through the tiles, as a client of the log would, and by its
// audit path.
func checkInclusion(f folder, head checkpoint, hashes stored, leaves []tlog.Hash) error {
	if head.size == 0 {
		return nil
	}
	reader := tlog.TileHashReader(tlog.Tree{N: head.size, Hash: head.root}, f)
	for first := 0; first < len(leaves); first += width {
		last := first + width
		if last > len(leaves) {
			last = len(leaves)
		}
		var indexes []int64
		for n := first; n < last; n++ {
			indexes = append(indexes, tlog.StoredHashIndex(0, int64(n)))
		}
		held, err := reader.ReadHashes(indexes)
		if err != nil {
			return fmt.Errorf("entries from %d: %w", first, err)
		}
		for i, hash := range held {
			n := int64(first + i)
			proof, err := tlog.ProveRecord(head.size, n, hashes)
			if err == nil {
				err = tlog.CheckRecord(proof, head.size, head.root, n, leaves[n])
			}
			if err == nil && hash != leaves[n] {
				err = errors.New("the tiles hold another hash")
			}
			if err != nil {
				return fmt.Errorf("entry %d: %w", n, err)
			}
		}
	}
	return nil
}

// checkOlder proves that the log is the continuation of an earlier checkpoint: nothing taken out, nothing rewritten.
func checkOlder(path string, ring keyring, head checkpoint, hashes stored) (checkpoint, error) {
	before, err := readCheckpoint(path, ring)
	if err != nil {
		return before, fmt.Errorf("%s: %w", path, err)
	}
	if before.size > head.size {
		return before, fmt.Errorf("rolled back: the log had %d entries and has %d", before.size, head.size)
	}
	if before.size == 0 {
		if before.root != sha256.Sum256(nil) {
			return before, errors.New("the earlier checkpoint's empty tree has another root")
		}
		return before, nil
	}
	proof, err := tlog.ProveTree(head.size, before.size, hashes)
	if err != nil {
		return before, err
	}
	if err := tlog.CheckTree(proof, head.size, head.root, before.size, before.root); err != nil {
		return before, fmt.Errorf("forked: the log is not the continuation of its checkpoint of %d entries", before.size)
	}
	return before, nil
}
