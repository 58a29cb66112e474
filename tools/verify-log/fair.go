package main

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

const fairDomain = "entente/fair-release/v1\n"

// sentParcel is a parcel of the file, as its receipt is held against it.
type sentParcel struct {
	parcel
	// carried: the ids in order, empty where a text names none; nil when it cannot be known.
	carried []string
	erased  bool
}

type carriedRecord struct {
	ID     string `json:"id"`
	Text   string `json:"text"`
	Result string `json:"result"`
}

func (p parcel) records() ([]carriedRecord, error) {
	var records []carriedRecord
	if err := json.Unmarshal(p.Body.Records, &records); err != nil {
		return nil, errors.New("the parcel has no list of records")
	}
	return records, nil
}

func idsIn(records []carriedRecord, recall bool) []string {
	ids := []string{}
	for _, record := range records {
		id := record.ID
		if !recall {
			var text struct {
				ID string `json:"id"`
			}
			_ = lenient([]byte(record.Text), &text) // a text that is no record has no id
			id = text.ID
		}
		ids = append(ids, id)
	}
	return ids
}

// openOffer opens a fair release with its key: the one that was committed to, AES-256-GCM, and canonical to the byte is not asked here.
func openOffer(offer, key parcel) ([]string, error) {
	secret, err := decode(key.Body.Key)
	if err != nil || len(secret) != 32 {
		return nil, errors.New("the key is not 32 bytes")
	}
	ciphertext, err := decode(offer.Body.Ciphertext)
	if err != nil {
		return nil, errors.New("the ciphertext is not base64")
	}
	inner := sha256.Sum256(ciphertext)
	sum := sha256.Sum256(append(append([]byte(fairDomain), secret...), inner[:]...))
	if hex.EncodeToString(sum[:]) != offer.Body.Commitment {
		return nil, errors.New("the key is not the one that was committed to")
	}
	nonce, err := decode(offer.Body.Nonce)
	if err != nil || len(nonce) != 12 {
		return nil, errors.New("the nonce is not 12 bytes")
	}
	block, err := aes.NewCipher(secret)
	if err != nil {
		return nil, err
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		return nil, err
	}
	plain, err := gcm.Open(nil, nonce, ciphertext, []byte(fairDomain))
	if err != nil {
		return nil, errors.New("the key does not open the ciphertext")
	}
	var body struct {
		Release   string          `json:"release"`
		Approvals []approval      `json:"approvals"`
		Records   []carriedRecord `json:"records"`
	}
	if err := lenient(plain, &body); err != nil {
		return nil, fmt.Errorf("what the key opens: %w", err)
	}
	var offered int
	if json.Unmarshal(offer.Body.Records, &offered) != nil || offered != len(body.Records) || body.Release != offer.Body.Release {
		return nil, errors.New("what the key opens is not what was offered")
	}
	if !approved(body.Approvals) {
		return nil, errUnapproved
	}
	return idsIn(body.Records, false), nil
}

func matchFairReceipt(r parcel, sent map[string]sentParcel) error {
	offer, ok := sent[r.Body.Offer]
	switch {
	case !ok || (!offer.erased && offer.Kind != "fair-offer"):
		return errors.New("the receipt is for an offer that is not in this file")
	case r.From != offer.To || r.To != offer.From || r.Body.Sequence != offer.Sequence:
		return errors.New("the receipt does not fit its offer")
	case offer.erased:
		return nil
	}
	ciphertext, err := decode(offer.Body.Ciphertext)
	if err != nil {
		return errors.New("the ciphertext is not base64")
	}
	sum := sha256.Sum256(ciphertext)
	if hex.EncodeToString(sum[:]) != r.Body.Ciphertext || r.Body.Commitment != offer.Body.Commitment {
		return errors.New("the receipt is for another ciphertext or another commitment")
	}
	return nil
}

// checkErased: the text was deleted; its hash still stands in the log of the party whose checkpoint this is.
func checkErased(item proven, b bundle, keys holders) (sentParcel, error) {
	var s sentParcel
	var sum [sha256.Size]byte
	hash, err := hex.DecodeString(item.Erased.Hash)
	if err != nil || len(hash) != sha256.Size || item.Envelope != "" || item.Erased.Hash != strings.ToLower(item.Erased.Hash) {
		return s, errors.New("a deleted text is not there, and its hash is")
	}
	for n, p := range b.Parties {
		if strings.HasPrefix(item.Checkpoint, "entente/"+b.Channel+"/"+p.ID+"\n") {
			s = sentParcel{parcel: parcel{V: 1, Channel: b.Channel, From: p.ID, To: b.Parties[1-n].ID, Sequence: item.Index}, erased: true}
			copy(sum[:], hash)
			return s, checkLogged(item, s.parcel, keys, sum)
		}
	}
	return s, errors.New("the checkpoint is of no log of this channel")
}
