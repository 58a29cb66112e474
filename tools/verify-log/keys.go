package main

import (
	"crypto/ed25519"
	"errors"
	"fmt"
	"strings"
	"time"
)

// period is a key of a party in one channel, and how far its word goes: from the parcel at First to the one at Last, and a
// rotated key until Until beside the next one. A key without an end is in force.
type period struct {
	Key   string  `json:"key"`
	From  string  `json:"from"`
	First int64   `json:"first"`
	Until *string `json:"until"`
	Last  *int64  `json:"last"`
	Ended *string `json:"ended"`

	public ed25519.PublicKey
}

const (
	rotated = "rotated"
	revoked = "revoked"
)

func (p period) ended() string {
	if p.Ended == nil {
		return ""
	}
	return *p.Ended
}

// known is a key that the caller holds from elsewhere; until: it was revoked then.
type known struct {
	key   string
	until string
}

const instant = "2006-01-02T15:04:05.000000Z"

// parseGiven reads PARTY=BASE64 or PARTY=BASE64@UNTIL.
func parseGiven(given []string) (map[string][]known, error) {
	trusted := map[string][]known{}
	for _, pair := range given {
		id, rest, ok := strings.Cut(pair, "=")
		if !ok {
			return nil, usageError{"a key is given as PARTY=BASE64"}
		}
		public, until, dated := strings.Cut(rest, "@")
		k := known{key: public}
		if dated {
			at, err := time.Parse(time.RFC3339Nano, until)
			if err != nil {
				return nil, usageError{"a key is given as PARTY=BASE64@UNTIL, UNTIL as RFC 3339 has it"}
			}
			k.until = at.UTC().Format(instant)
		}
		trusted[id] = append(trusted[id], k)
	}
	return trusted, nil
}

// signs tells whether the key could sign the parcel at a place. Up to its last place always; after it only a rotated one,
// dated inside the overlap.
func (p period) signs(place int64, sent string) error {
	switch {
	case place < p.First:
		return fmt.Errorf("the key signs from place %d on, not place %d", p.First, place)
	case p.ended() == "" || p.Last != nil && place <= *p.Last:
		return nil
	case p.ended() == revoked && p.Last == nil && p.Until != nil && sent <= *p.Until:
		return nil
	case p.ended() == revoked:
		return errors.New("the key was revoked before this parcel")
	case p.Until == nil || sent > *p.Until:
		return errors.New("the key was replaced, and its overlap had ended")
	}
	return nil
}

// vouches tells whether a checkpoint of size entries that the key signed counts. What an ended key signed about the past
// needs another party's date ("": none): a stolen key can sign any past, and cannot have it cosigned then.
func (p period) vouches(size int64, cosigned string) error {
	if p.ended() == "" || p.ended() == rotated && p.Last != nil && size <= *p.Last+1 {
		return nil
	}
	inTime := cosigned != "" && p.Until != nil && cosigned <= *p.Until
	if inTime && (p.ended() == rotated || p.Last == nil || size <= *p.Last+1) {
		return nil
	}
	return errors.New("the checkpoint is signed by a key that had ended, and nobody cosigned it before")
}

// claimedKeys reads the parties' keys as the bundle lists them: each but the last replaced by the next, the last the party's
// own, one of each party's held by the caller.
func claimedKeys(b bundle, trusted map[string][]known) (holders, error) {
	keys, err := partyKeys(b, trusted)
	if err != nil {
		return holders{}, err
	}
	h := holders{parties: keys, witnesses: map[string][]period{}}
	for id, list := range trusted {
		if keys[id] != nil {
			continue
		}
		for _, k := range list {
			public, err := decode(k.key)
			if err != nil || len(public) != ed25519.PublicKeySize {
				return h, usageError{"a key is 32 bytes in base64"}
			}
			p := period{Key: k.key, public: public}
			if k.until != "" {
				until, ended := k.until, revoked
				p.Until, p.Ended = &until, &ended
			}
			h.witnesses[id] = append(h.witnesses[id], p)
		}
	}
	return h, nil
}

// holders: the two parties' keys, and those of others that the caller gave, whose cosignatures count.
type holders struct {
	parties   map[string][]period
	witnesses map[string][]period
}

func partyKeys(b bundle, trusted map[string][]known) (map[string][]period, error) {
	if b.Format != "entente-evidence/1" || len(b.Parties) != 2 || len(b.Parcels) == 0 {
		return nil, errors.New("not an evidence bundle")
	}
	keys := map[string][]period{}
	seen := map[string]bool{}
	for _, p := range b.Parties {
		periods := p.Keys
		if periods == nil {
			periods = []period{{Key: p.Key, From: b.Made}}
		}
		if err := checkChain(p.Key, periods); err != nil {
			return nil, fmt.Errorf("the keys of %s: %w", p.ID, err)
		}
		for i := range periods {
			public, err := decode(periods[i].Key)
			if err != nil || len(public) != ed25519.PublicKeySize {
				return nil, errors.New("a party's key is not an Ed25519 key")
			}
			if seen[periods[i].Key] {
				return nil, errors.New("one key stands twice among the parties' keys")
			}
			seen[periods[i].Key] = true
			periods[i].public = public
		}
		if err := hold(p.ID, periods, trusted); err != nil {
			return nil, err
		}
		keys[p.ID] = periods
	}
	if len(keys) != 2 {
		return nil, errors.New("the two parties are one")
	}
	return keys, nil
}

func checkChain(current string, periods []period) error {
	if len(periods) == 0 || len(periods) > 100 {
		return errors.New("one to a hundred")
	}
	next := int64(0)
	for i, p := range periods {
		ended := p.ended()
		switch {
		case p.First != next:
			return errors.New("one does not begin where the other ended")
		case (i < len(periods)-1) != (ended == rotated):
			return errors.New("each but the last was replaced by the next")
		case ended != "" && ended != rotated && ended != revoked:
			return errors.New("a key ends by rotation or revocation")
		case (ended == "") != (p.Until == nil) || (ended == "") != (p.Last == nil):
			return errors.New("a key ends with a date and a place, or not at all")
		}
		if p.Until != nil {
			if at, err := time.Parse(instant, *p.Until); err != nil || at.Format(instant) != *p.Until {
				return errors.New("a date has another form")
			}
			next = *p.Last + 1
		}
	}
	if periods[len(periods)-1].Key != current {
		return errors.New("the last is not the one that the file names")
	}
	return nil
}

func hold(party string, periods []period, trusted map[string][]known) error {
	if len(trusted) == 0 {
		return nil
	}
	found := false
	for i := range periods {
		for _, k := range trusted[party] {
			if k.key != periods[i].Key {
				continue
			}
			found = true
			if k.until != "" && (periods[i].ended() != revoked || k.until < *periods[i].Until) {
				until, ended := k.until, revoked
				periods[i].Until, periods[i].Ended = &until, &ended
			}
		}
	}
	if !found {
		return fmt.Errorf("none of the file's keys for %s was given", party)
	}
	return nil
}

// proveKeyChanges holds the list of keys against the parcels that changed them: each is signed by the old key and the new.
func proveKeyChanges(b bundle, keys holders) error {
	proven := map[string]bool{}
	for n, item := range b.KeyChanges {
		p, err := checkProven(item, b.Channel, keys)
		if err != nil {
			return fmt.Errorf("keyChanges/%d: %w", n, err)
		}
		if p.Kind != "key-change" {
			return fmt.Errorf("keyChanges/%d: something else stands among the key changes", n)
		}
		periods := keys.parties[p.From]
		matched := false
		for i := 0; i+1 < len(periods); i++ {
			old, next := periods[i], periods[i+1]
			if old.Last == nil || *old.Last != p.Sequence || proven[next.Key] || old.Key != p.Body.Previous ||
				next.Key != p.Body.Key || next.From != p.Sent || old.ended() == rotated && *old.Until != p.Body.OverlapUntil {
				continue
			}
			for _, public := range []ed25519.PublicKey{old.public, next.public} {
				if _, _, err := openEnvelope(item.Envelope, map[string][]period{p.From: {{public: public}}}); err != nil {
					return fmt.Errorf("keyChanges/%d: %w", n, err)
				}
			}
			proven[next.Key], matched = true, true
		}
		if !matched {
			return fmt.Errorf("keyChanges/%d: not what the file's list of keys tells of", n)
		}
	}
	for party, periods := range keys.parties {
		for _, p := range periods[1:] {
			if !proven[p.Key] {
				return fmt.Errorf("a change of the keys of %s is not proven", party)
			}
		}
	}
	return nil
}
