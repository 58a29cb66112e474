package main

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"os"
	"regexp"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const (
	algEd25519     = 0x01
	algCosignature = 0x04
	maxNote        = 1_000_000
)

// key verifies Ed25519 notes (type 0x01) and Ed25519 cosignatures (C2SP tlog-cosignature, type 0x04).
type key struct {
	name   string
	alg    byte
	public ed25519.PublicKey
}

func (k key) Name() string { return k.name }

// KeyHash is SHA-256(name || 0x0A || type || public key)[:4], big-endian.
func (k key) KeyHash() uint32 {
	h := sha256.New()
	h.Write([]byte(k.name + "\n"))
	h.Write([]byte{k.alg})
	h.Write(k.public)
	return binary.BigEndian.Uint32(h.Sum(nil))
}

func (k key) Verify(msg, sig []byte) bool {
	if k.alg == algEd25519 {
		return len(sig) == ed25519.SignatureSize && ed25519.Verify(k.public, msg, sig)
	}
	if len(sig) != 8+ed25519.SignatureSize {
		return false
	}
	time := binary.BigEndian.Uint64(sig[:8])
	if time > math.MaxInt64 {
		return false
	}
	signed := fmt.Sprintf("cosignature/v1\ntime %d\n%s", time, msg)
	return ed25519.Verify(k.public, []byte(signed), sig[8:])
}

// parseKey reads a vkey: name+hash+base64(type || public key).
func parseKey(vkey string) (key, error) {
	parts := strings.SplitN(vkey, "+", 3)
	if len(parts) != 3 {
		return key{}, errors.New("a verifier key is NAME+HASH+KEY")
	}
	blob, err := decode(parts[2])
	if err != nil || len(blob) != 1+ed25519.PublicKeySize || (blob[0] != algEd25519 && blob[0] != algCosignature) {
		return key{}, errors.New("the verifier key is not an Ed25519 key of a known type")
	}
	k := key{name: parts[0], alg: blob[0], public: ed25519.PublicKey(blob[1:])}
	if fmt.Sprintf("%08x", k.KeyHash()) != parts[1] {
		return key{}, errors.New("the verifier key's hash is not of this name and key")
	}
	return k, nil
}

// keyring: a log that changed its key has several, all of one name.
type keyring struct {
	logs      []key
	cosigners []key
}

func readKeys(path string) (keyring, error) {
	var ring keyring
	data, err := readBounded(path, maxNote)
	if err != nil {
		return ring, err
	}
	for _, line := range strings.Split(strings.TrimRight(string(data), "\n"), "\n") {
		role, vkey, _ := strings.Cut(line, " ")
		k, err := parseKey(vkey)
		if err != nil {
			return ring, fmt.Errorf("%s: %w", path, err)
		}
		switch {
		case role == "log" && k.alg == algEd25519 && (len(ring.logs) == 0 || ring.logs[0].name == k.name):
			ring.logs = append(ring.logs, k)
		case role == "cosigner" && k.alg == algCosignature:
			ring.cosigners = append(ring.cosigners, k)
		default:
			return ring, fmt.Errorf("%s: the keys of one log and of cosigners, nothing else", path)
		}
	}
	if len(ring.logs) == 0 {
		return ring, fmt.Errorf("%s names no log key", path)
	}
	return ring, nil
}

type checkpoint struct {
	size      int64
	root      tlog.Hash
	cosigners []string
	// By the key's hash: which keys of the log signed, and when cosigners did, in seconds since the epoch.
	signedBy map[uint32]bool
	cosigned map[uint32]uint64
}

var sizeLine = regexp.MustCompile(`^(0|[1-9][0-9]{0,15})$`)

// openCheckpoint opens a C2SP tlog-checkpoint that the log itself must have signed. A signature of a known key that does
// not hold condemns it; those of unknown keys count for nothing.
func openCheckpoint(msg []byte, ring keyring) (checkpoint, error) {
	var c checkpoint
	verifiers := []note.Verifier{}
	byLog := map[uint32]bool{}
	for _, k := range ring.logs {
		verifiers = append(verifiers, k)
		byLog[k.KeyHash()] = true
	}
	for _, k := range ring.cosigners {
		verifiers = append(verifiers, k)
	}
	n, err := note.Open(msg, note.VerifierList(verifiers...))
	if err != nil {
		return c, fmt.Errorf("the checkpoint: %w", err)
	}
	c.signedBy, c.cosigned = map[uint32]bool{}, map[uint32]uint64{}
	seen := map[string]bool{}
	for _, sig := range n.Sigs {
		if sig.Name == ring.logs[0].name && byLog[sig.Hash] {
			c.signedBy[sig.Hash] = true
			continue
		}
		blob, err := base64.StdEncoding.DecodeString(sig.Base64)
		if err != nil || len(blob) < 12 {
			return c, errors.New("the checkpoint: a cosignature has another form")
		}
		if _, known := c.cosigned[sig.Hash]; !known {
			c.cosigned[sig.Hash] = binary.BigEndian.Uint64(blob[4:12])
		}
		if !seen[sig.Name] {
			seen[sig.Name] = true
			c.cosigners = append(c.cosigners, sig.Name)
		}
	}
	if len(c.signedBy) == 0 {
		return c, errors.New("the checkpoint: the log itself has not signed it")
	}
	lines := strings.Split(n.Text, "\n")
	if len(lines) < 4 || lines[len(lines)-1] != "" {
		return c, errors.New("the checkpoint has not three lines")
	}
	for _, line := range lines[:len(lines)-1] {
		if line == "" {
			return c, errors.New("the checkpoint has an empty line")
		}
	}
	if lines[0] != ring.logs[0].name {
		return c, fmt.Errorf("the checkpoint is of another log: %q", lines[0])
	}
	if !sizeLine.MatchString(lines[1]) {
		return c, errors.New("the checkpoint's size is not a number")
	}
	if c.size, err = strconv.ParseInt(lines[1], 10, 64); err != nil {
		return c, err
	}
	root, err := decode(lines[2])
	if err != nil || len(root) != tlog.HashSize {
		return c, errors.New("the checkpoint's root is not a hash")
	}
	copy(c.root[:], root)
	return c, nil
}

// decode reads canonical base64. Go's own decoder passes over newlines, which have no place here.
func decode(s string) ([]byte, error) {
	if strings.ContainsAny(s, "\r\n") {
		return nil, errors.New("a newline in base64")
	}
	return base64.StdEncoding.Strict().DecodeString(s)
}

func readBounded(path string, limit int64) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() || info.Size() > limit {
		return nil, fmt.Errorf("%s is not a file of at most %d bytes", path, limit)
	}
	return os.ReadFile(path)
}
