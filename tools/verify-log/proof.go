package main

import (
	"crypto/ed25519"
	"crypto/sha256"
	"errors"
	"fmt"
	"time"

	"golang.org/x/mod/sumdb/tlog"
)

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
	if item.Erased != nil {
		return p, errors.New("only a parcel that was given has its text deleted")
	}
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
	return p, checkLogged(item, p, keys, sha256.Sum256([]byte(item.Envelope)))
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

func checkLogged(item proven, p parcel, keys holders, parcelHash [sha256.Size]byte) error {
	c, err := checkHead(item.Checkpoint, p, keys)
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
