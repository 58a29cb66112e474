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
}

type party struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Key  string `json:"key"`
}

type proven struct {
	Envelope   string   `json:"envelope"`
	Salt       string   `json:"salt"`
	Index      int64    `json:"index"`
	Proof      []string `json:"proof"`
	Checkpoint string   `json:"checkpoint"`
	Erased     *struct {
		Hash string `json:"hash"`
		At   string `json:"at"`
	} `json:"erased"`
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
	Body     struct {
		Parcel   string `json:"parcel"`
		Sequence int64  `json:"sequence"`
		// A list of records; in a sealed offer their number.
		Records    json.RawMessage `json:"records"`
		Release    string          `json:"release"`
		Offer      string          `json:"offer"`
		Nonce      string          `json:"nonce"`
		Ciphertext string          `json:"ciphertext"`
		Commitment string          `json:"commitment"`
		Key        string          `json:"key"`
		Says       string          `json:"says"`
	} `json:"body"`
}

func verifyEvidence(path string, given []string) (string, error) {
	trusted := map[string]string{}
	for _, pair := range given {
		id, public, ok := strings.Cut(pair, "=")
		if !ok {
			return "", usageError{"a key is given as PARTY=BASE64"}
		}
		trusted[id] = public
	}
	data, err := readBounded(path, maxEvidence)
	if err != nil {
		return "", err
	}
	var b bundle
	if err := strict(data, &b); err != nil {
		return "", fmt.Errorf("not an evidence bundle: %w", err)
	}
	keys, err := partyKeys(b, trusted)
	if err != nil {
		return "", err
	}
	sent, from, err := checkParcels(b, keys)
	if err != nil {
		return "", err
	}
	answered := map[string]bool{}
	refused := false
	places := map[int64]bool{}
	for n, item := range b.Receipts {
		r, err := checkProven(item, b.Channel, keys)
		if err == nil && r.Kind == "fair-receipt" {
			err = matchFairReceipt(r, sent)
			r.Body.Parcel = r.Body.Offer
			refused = refused || r.Body.Says != "ciphertext-held"
		} else if err == nil {
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
	for hash, p := range sent {
		switch {
		case p.erased:
			return "", fmt.Errorf("genuine, but incomplete: the text of parcel %d was deleted, SHA-256 %s", p.Sequence, hash)
		case p.Kind == "fair-offer" && !keyGiven(sent, hash):
			return "", fmt.Errorf("genuine, but incomplete: the key of parcel %d is missing", p.Sequence)
		case refused:
			return "", errors.New("genuine, but incomplete: the recipient says that a key does not open its offer")
		}
	}
	return fmt.Sprintf("GENUINE: %d parcel(s) from %s, each with its receipt", len(sent), from), nil
}

func keyGiven(sent map[string]sentParcel, offer string) bool {
	for _, p := range sent {
		if p.Kind == "fair-key" && p.Body.Offer == offer {
			return true
		}
	}
	return false
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

func partyKeys(b bundle, trusted map[string]string) (map[string]ed25519.PublicKey, error) {
	if b.Format != "entente-evidence/1" || len(b.Parties) != 2 || len(b.Parcels) == 0 {
		return nil, errors.New("not an evidence bundle")
	}
	keys := map[string]ed25519.PublicKey{}
	for _, p := range b.Parties {
		if known, ok := trusted[p.ID]; len(trusted) > 0 && (!ok || known != p.Key) {
			return nil, fmt.Errorf("the file's key for %s is not the one given", p.ID)
		}
		public, err := decode(p.Key)
		if err != nil || len(public) != ed25519.PublicKeySize {
			return nil, errors.New("a party's key is not an Ed25519 key")
		}
		keys[p.ID] = public
	}
	if len(keys) != 2 {
		return nil, errors.New("the two parties are one")
	}
	return keys, nil
}

func checkParcels(b bundle, keys map[string]ed25519.PublicKey) (map[string]sentParcel, string, error) {
	sent := map[string]sentParcel{}
	places := map[int64]bool{}
	from := ""
	take := func(n int, hash string, s sentParcel) error {
		if from == "" {
			from = s.From
		}
		switch {
		case s.From != from:
			return fmt.Errorf("parcels/%d: the parcels go in both directions", n)
		case places[s.Sequence]:
			return fmt.Errorf("parcels/%d: one place in the log is given twice", n)
		}
		places[s.Sequence] = true
		sent[hash] = s
		return nil
	}
	// A key is judged when every offer is known, wherever it stands in the file.
	given := map[int]parcel{}
	for n, item := range b.Parcels {
		if item.Erased != nil {
			s, err := checkErased(item, b, keys)
			if err == nil {
				err = take(n, item.Erased.Hash, s)
			}
			if err != nil {
				return nil, "", fmt.Errorf("parcels/%d: %w", n, err)
			}
			continue
		}
		p, err := checkProven(item, b.Channel, keys)
		if err != nil {
			return nil, "", fmt.Errorf("parcels/%d: %w", n, err)
		}
		s := sentParcel{parcel: p}
		switch p.Kind {
		case "fair-key":
			given[n] = p
			continue
		case "fair-offer":
		case "release", "correction", "recall":
			records, err := p.records()
			if err != nil {
				return nil, "", fmt.Errorf("parcels/%d: %w", n, err)
			}
			s.carried = idsIn(records, p.Kind == "recall")
		default:
			return nil, "", fmt.Errorf("parcels/%d: a %q stands among the parcels", n, p.Kind)
		}
		if err := take(n, envelopeHash(item), s); err != nil {
			return nil, "", err
		}
	}
	for n, p := range given {
		offer, ok := sent[p.Body.Offer]
		if !ok || offer.Kind != "fair-offer" || offer.Sequence != p.Body.Sequence {
			return nil, "", fmt.Errorf("parcels/%d: the key is for an offer that is not in this file", n)
		}
		carried, err := openOffer(offer.parcel, p)
		if err == nil {
			err = take(n, envelopeHash(b.Parcels[n]), sentParcel{parcel: p, carried: carried})
		}
		if err != nil {
			return nil, "", fmt.Errorf("parcels/%d: %w", n, err)
		}
	}
	return sent, from, nil
}

func envelopeHash(item proven) string {
	sum := sha256.Sum256([]byte(item.Envelope))
	return hex.EncodeToString(sum[:])
}

// checkProven: signed by its sender (DSSE), committed to in the log that its sender signed, vouched for by nobody falsely.
func checkProven(item proven, channel string, keys map[string]ed25519.PublicKey) (parcel, error) {
	var p parcel
	var e envelope
	if err := lenient([]byte(item.Envelope), &e); err != nil {
		return p, fmt.Errorf("the envelope: %w", err)
	}
	payload, err := decode(e.Payload)
	if err != nil || e.PayloadType != parcelType || len(e.Signatures) == 0 || len(e.Signatures) > 16 {
		return p, errors.New("the envelope does not carry a parcel")
	}
	pae := append([]byte(fmt.Sprintf("DSSEv1 %d %s %d ", len(parcelType), parcelType, len(payload))), payload...)
	signedBy := ""
	for _, s := range e.Signatures {
		sig, err := decode(s.Sig)
		if err != nil {
			return p, errors.New("a signature is not base64")
		}
		for id, public := range keys {
			if signedBy == "" && len(sig) == ed25519.SignatureSize && ed25519.Verify(public, pae, sig) {
				signedBy = id
			}
		}
	}
	if signedBy == "" {
		return p, errors.New("neither party signed the envelope")
	}
	if err := lenient(payload, &p); err != nil {
		return p, fmt.Errorf("the parcel: %w", err)
	}
	_, known := keys[p.To]
	switch {
	case p.V != 1 || p.Channel != channel:
		return p, errors.New("the parcel belongs to another channel")
	case p.From != signedBy || !known || p.From == p.To:
		return p, errors.New("the parcel is not signed by the party that it says it is from")
	case p.Sequence != item.Index:
		return p, errors.New("the parcel names another place in the log")
	}
	if item.Erased != nil {
		return p, errors.New("a receipt has no text to delete")
	}
	return p, checkLogged(item, p, keys, sha256.Sum256([]byte(item.Envelope)))
}

func checkLogged(item proven, p parcel, keys map[string]ed25519.PublicKey, parcelHash [sha256.Size]byte) error {
	ring := keyring{log: key{name: "entente/" + p.Channel + "/" + p.From, alg: algEd25519, public: keys[p.From]}}
	ring.cosigners = []key{{name: "entente/" + p.To, alg: algCosignature, public: keys[p.To]}}
	c, err := openCheckpoint([]byte(item.Checkpoint), ring)
	if err != nil {
		return err
	}
	salt, err := decode(item.Salt)
	if err != nil {
		return errors.New("the salt is not base64")
	}
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

func matchReceipt(r parcel, sent map[string]sentParcel) error {
	p, ok := sent[r.Body.Parcel]
	switch {
	case r.Kind != "receipt":
		return errors.New("something else stands among the receipts")
	case !ok || p.Kind == "fair-offer":
		return errors.New("the receipt is for a parcel that is not in this file")
	case r.From != p.To || r.To != p.From || r.Body.Sequence != p.Sequence:
		return errors.New("the receipt does not fit its parcel")
	case p.carried == nil:
		return nil
	}
	other := errors.New("the receipt speaks of other records than the parcel carried")
	answered, err := r.records()
	if err != nil || len(answered) != len(p.carried) {
		return other
	}
	for n, record := range answered {
		if record.Result != "refused" && record.ID != p.carried[n] {
			return other
		}
	}
	return nil
}
