package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
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
	Erased     *struct {
		Hash string `json:"hash"`
		At   string `json:"at"`
	} `json:"erased"`
}

type approval struct {
	Officer string `json:"officer"`
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
		Previous     string     `json:"previous"`
		Key          string     `json:"key"`
		OverlapUntil string     `json:"overlapUntil"`
		Approvals    []approval `json:"approvals"`
		Parcel       string     `json:"parcel"`
		Sequence     int64      `json:"sequence"`
		// A list of records; in a sealed offer their number.
		Records    json.RawMessage `json:"records"`
		Release    string          `json:"release"`
		Offer      string          `json:"offer"`
		Nonce      string          `json:"nonce"`
		Ciphertext string          `json:"ciphertext"`
		Commitment string          `json:"commitment"`
		Says       string          `json:"says"`
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

var errUnapproved = errors.New("not approved by officers that it names, each once")

// approved: a release names who approved it, and nobody stands for two.
func approved(approvals []approval) bool {
	officers := map[string]bool{}
	for _, a := range approvals {
		if a.Officer == "" || officers[a.Officer] {
			return false
		}
		officers[a.Officer] = true
	}
	return len(officers) > 0
}

func checkParcels(b bundle, keys holders) (map[string]sentParcel, string, error) {
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
			if p.Kind != "recall" && !approved(p.Body.Approvals) {
				return nil, "", fmt.Errorf("parcels/%d: %w", n, errUnapproved)
			}
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
