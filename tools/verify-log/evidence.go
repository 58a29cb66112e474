package main

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/tlog"
)

const (
	maxEvidence      = 256 << 20
	maxDepth         = 64
	parcelType       = "application/vnd.entente.parcel+json"
	commitmentDomain = "entente/commitment/v1\n"
)

type bundle struct {
	Format   string   `json:"format"`
	Channel  string   `json:"channel"`
	Made     string   `json:"made"`
	Parties  []party  `json:"parties"`
	Parcels  []proven `json:"parcels"`
	Receipts []proven `json:"receipts"`
	// The parcels by which the parties changed their keys.
	KeyChanges []proven `json:"keyChanges"`
}

type party struct {
	ID   string   `json:"id"`
	Name string   `json:"name"`
	Key  string   `json:"key"`
	Keys []period `json:"keys"`
}

type proven struct {
	Envelope   string   `json:"envelope"`
	Salt       string   `json:"salt"`
	Index      int64    `json:"index"`
	Proof      []string `json:"proof"`
	Checkpoint string   `json:"checkpoint"`
}

type envelope struct {
	Payload     string `json:"payload"`
	PayloadType string `json:"payloadType"`
	Signatures  []struct {
		Sig string `json:"sig"`
	} `json:"signatures"`
}

type parcel struct {
	V        int    `json:"v"`
	Channel  string `json:"channel"`
	From     string `json:"from"`
	To       string `json:"to"`
	Sequence int64  `json:"sequence"`
	Kind     string `json:"kind"`
	Sent     string `json:"sent"`
	Body     struct {
		Previous     string `json:"previous"`
		Key          string `json:"key"`
		OverlapUntil string `json:"overlapUntil"`
		Approvals    []struct {
			Officer string `json:"officer"`
		} `json:"approvals"`
		Parcel   string `json:"parcel"`
		Sequence int64  `json:"sequence"`
		Records  []struct {
			ID     string `json:"id"`
			Text   string `json:"text"`
			Result string `json:"result"`
		} `json:"records"`
	} `json:"body"`
}

func verifyEvidence(path string, given []string) (string, error) {
	trusted, err := parseGiven(given)
	if err != nil {
		return "", err
	}
	data, err := readBounded(path, maxEvidence)
	if err != nil {
		return "", err
	}
	var b bundle
	if err := strict(data, &b); err != nil {
		return "", fmt.Errorf("not an evidence bundle: %w", err)
	}
	keys, err := claimedKeys(b, trusted)
	if err != nil {
		return "", err
	}
	if err := proveKeyChanges(b, keys); err != nil {
		return "", err
	}
	sent, from, err := checkParcels(b, keys)
	if err != nil {
		return "", err
	}
	answered := map[string]bool{}
	places := map[int64]bool{}
	for n, item := range b.Receipts {
		r, err := checkProven(item, b.Channel, keys)
		if err == nil {
			err = matchReceipt(r, sent)
		}
		if err == nil && places[r.Sequence] {
			err = errors.New("one place in the log is given twice")
		}
		if err != nil {
			return "", fmt.Errorf("receipts/%d: %w", n, err)
		}
		places[r.Sequence] = true
		answered[r.Body.Parcel] = true
	}
	if len(answered) != len(sent) {
		return "", fmt.Errorf("genuine, but incomplete: %d of %d parcels have a receipt", len(answered), len(sent))
	}
	return fmt.Sprintf("GENUINE: %d parcel(s) from %s, each with its receipt", len(sent), from), nil
}

// strict reads one JSON value, of known members only, and nothing after it.
func strict(data []byte, into any) error {
	if err := unambiguous(data); err != nil {
		return err
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return err
	}
	if _, err := d.Token(); err != io.EOF {
		return errors.New("something follows")
	}
	return nil
}

// lenient reads one JSON value and passes over members that it does not know.
func lenient(data []byte, into any) error {
	if err := unambiguous(data); err != nil {
		return err
	}
	return json.Unmarshal(data, into)
}

// unambiguous refuses two members of one name. Go takes names in any case and the last of several, others do not: what
// two readers would understand differently proves nothing.
func unambiguous(data []byte) error {
	d := json.NewDecoder(bytes.NewReader(data))
	type frame struct {
		names map[string]bool // nil in an array
		value bool            // a name was read, its value comes next
	}
	var stack []frame
	for {
		token, err := d.Token()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		top := len(stack) - 1
		if name, ok := token.(string); ok && top >= 0 && stack[top].names != nil && !stack[top].value {
			folded := strings.ToLower(name)
			if stack[top].names[folded] {
				return fmt.Errorf("the member %q stands twice", name)
			}
			stack[top].names[folded], stack[top].value = true, true
			continue
		}
		if top >= 0 {
			stack[top].value = false
		}
		switch token {
		case json.Delim('{'):
			stack = append(stack, frame{names: map[string]bool{}})
		case json.Delim('['):
			stack = append(stack, frame{})
		case json.Delim('}'), json.Delim(']'):
			stack = stack[:top]
		}
		if len(stack) > maxDepth {
			return errors.New("too deeply nested")
		}
	}
}

// approved: a release names who approved it, and nobody stands for two.
func approved(p parcel) bool {
	officers := map[string]bool{}
	for _, a := range p.Body.Approvals {
		if a.Officer == "" || officers[a.Officer] {
			return false
		}
		officers[a.Officer] = true
	}
	return len(officers) > 0
}

func checkParcels(b bundle, keys holders) (map[string]parcel, string, error) {
	sent := map[string]parcel{}
	places := map[int64]bool{}
	from := ""
	for n, item := range b.Parcels {
		p, err := checkProven(item, b.Channel, keys)
		if err != nil {
			return nil, "", fmt.Errorf("parcels/%d: %w", n, err)
		}
		if from == "" {
			from = p.From
		}
		switch {
		case p.Kind != "release" && p.Kind != "correction" && p.Kind != "recall":
			return nil, "", fmt.Errorf("parcels/%d: a %q stands among the parcels", n, p.Kind)
		case p.From != from:
			return nil, "", fmt.Errorf("parcels/%d: the parcels go in both directions", n)
		case p.Kind != "recall" && !approved(p):
			return nil, "", fmt.Errorf("parcels/%d: not approved by officers that it names, each once", n)
		case places[p.Sequence]:
			return nil, "", fmt.Errorf("parcels/%d: one place in the log is given twice", n)
		}
		places[p.Sequence] = true
		sum := sha256.Sum256([]byte(item.Envelope))
		sent[hex.EncodeToString(sum[:])] = p
	}
	return sent, from, nil
}

// openEnvelope finds the first signature (DSSE) that one of the keys made, and whose it is.
func openEnvelope(text string, keys map[string][]period) (payload []byte, signer signer, err error) {
	var e envelope
	if err := lenient([]byte(text), &e); err != nil {
		return nil, signer, fmt.Errorf("the envelope: %w", err)
	}
	payload, err = decode(e.Payload)
	if err != nil || e.PayloadType != parcelType || len(e.Signatures) == 0 || len(e.Signatures) > 16 {
		return nil, signer, errors.New("the envelope does not carry a parcel")
	}
	pae := append([]byte(fmt.Sprintf("DSSEv1 %d %s %d ", len(parcelType), parcelType, len(payload))), payload...)
	for _, s := range e.Signatures {
		sig, err := decode(s.Sig)
		if err != nil {
			return nil, signer, errors.New("a signature is not base64")
		}
		for id, periods := range keys {
			for _, p := range periods {
				if signer.party == "" && len(sig) == ed25519.SignatureSize && ed25519.Verify(p.public, pae, sig) {
					signer.party, signer.period = id, p
				}
			}
		}
	}
	if signer.party == "" {
		return nil, signer, errors.New("neither party signed the envelope")
	}
	return payload, signer, nil
}

type signer struct {
	party  string
	period period
}

// checkProven: signed by its sender's key of that time (DSSE), committed to in the log that its sender signed, vouched for by
// nobody falsely.
func checkProven(item proven, channel string, keys holders) (parcel, error) {
	var p parcel
	payload, by, err := openEnvelope(item.Envelope, keys.parties)
	if err != nil {
		return p, err
	}
	if err := lenient(payload, &p); err != nil {
		return p, fmt.Errorf("the parcel: %w", err)
	}
	_, known := keys.parties[p.To]
	switch {
	case p.V != 1 || p.Channel != channel:
		return p, errors.New("the parcel belongs to another channel")
	case p.From != by.party || !known || p.From == p.To:
		return p, errors.New("the parcel is not signed by the party that it says it is from")
	case p.Sequence != item.Index:
		return p, errors.New("the parcel names another place in the log")
	}
	if err := by.period.signs(p.Sequence, p.Sent); err != nil {
		return p, err
	}
	return p, checkLogged(item, p, keys)
}

// checkHead opens a checkpoint by a key of the log whose word on that size counts.
func checkHead(note string, p parcel, keys holders) (checkpoint, error) {
	name := "entente/" + p.Channel + "/" + p.From
	ring := keyring{}
	for _, k := range keys.parties[p.From] {
		ring.logs = append(ring.logs, key{name: name, alg: algEd25519, public: k.public})
	}
	var vouching []period
	for id, periods := range keys.witnesses {
		for _, k := range periods {
			ring.cosigners = append(ring.cosigners, key{name: "entente/" + id, alg: algCosignature, public: k.public})
			vouching = append(vouching, k)
		}
	}
	for _, k := range keys.parties[p.To] {
		ring.cosigners = append(ring.cosigners, key{name: "entente/" + p.To, alg: algCosignature, public: k.public})
		vouching = append(vouching, k)
	}
	c, err := openCheckpoint([]byte(note), ring)
	if err != nil {
		return c, err
	}
	earliest := ""
	for i, k := range vouching {
		seconds, ok := c.cosigned[ring.cosigners[i].KeyHash()]
		if !ok {
			continue
		}
		at := time.Unix(int64(seconds), 0).UTC().Format(instant)
		switch {
		case k.Until != nil && at > *k.Until:
			return c, fmt.Errorf("cosigned on %s by a key that had ended", at)
		case k.ended() != revoked && (earliest == "" || at < earliest):
			earliest = at
		}
	}
	failing := errors.New("the log itself has not signed the checkpoint")
	for i, k := range keys.parties[p.From] {
		if !c.signedBy[ring.logs[i].KeyHash()] {
			continue
		}
		if failing = k.vouches(c.size, earliest); failing == nil {
			return c, nil
		}
	}
	return c, failing
}

func checkLogged(item proven, p parcel, keys holders) error {
	c, err := checkHead(item.Checkpoint, p, keys)
	if err != nil {
		return err
	}
	salt, err := decode(item.Salt)
	if err != nil {
		return errors.New("the salt is not base64")
	}
	parcelHash := sha256.Sum256([]byte(item.Envelope))
	inner := sha256.Sum256(append(append([]byte(commitmentDomain), salt...), parcelHash[:]...))
	leaf := tlog.RecordHash(append([]byte(commitmentDomain), inner[:]...))
	var proof tlog.RecordProof
	for _, text := range item.Proof {
		var h tlog.Hash
		hash, err := decode(text)
		if err != nil || len(hash) != tlog.HashSize {
			return errors.New("the proof is not of hashes")
		}
		copy(h[:], hash)
		proof = append(proof, h)
	}
	if item.Index < 0 || item.Index >= c.size {
		return errors.New("the parcel stands past the end of the signed log")
	}
	return tlog.CheckRecord(proof, c.size, c.root, item.Index, leaf)
}

func matchReceipt(r parcel, sent map[string]parcel) error {
	p, ok := sent[r.Body.Parcel]
	switch {
	case r.Kind != "receipt":
		return errors.New("something else stands among the receipts")
	case !ok:
		return errors.New("the receipt is for a parcel that is not in this file")
	case r.From != p.To || r.To != p.From || r.Body.Sequence != p.Sequence:
		return errors.New("the receipt does not fit its parcel")
	}
	other := errors.New("the receipt speaks of other records than the parcel carried")
	if len(r.Body.Records) != len(p.Body.Records) {
		return other
	}
	for n, record := range r.Body.Records {
		id := p.Body.Records[n].ID
		if p.Kind != "recall" {
			var carried struct {
				ID string `json:"id"`
			}
			if err := lenient([]byte(p.Body.Records[n].Text), &carried); err != nil && record.Result != "refused" {
				return other
			}
			id = carried.ID
		}
		if record.Result != "refused" && record.ID != id {
			return other
		}
	}
	return nil
}
