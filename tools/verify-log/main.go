// Command verify-log judges what an Entente node exports, without any of Entente's code: a log in the layout of C2SP
// tlog-tiles (`entente ledger export`), or an evidence bundle (`entente evidence make`). It rests on Go's standard
// library and on golang.org/x/mod/sumdb (note, tlog), the code that verifies Go's own checksum database.
//
// Exit codes: 0 verified, 1 refused with the reason, 2 usage.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"
)

type repeated []string

func (r *repeated) String() string     { return strings.Join(*r, " ") }
func (r *repeated) Set(s string) error { *r = append(*r, s); return nil }

func main() {
	var partyKeys repeated
	keys := flag.String("keys", "", "file of trusted keys, lines of `log VKEY` and `cosigner VKEY`; without it the folder's own keys judge")
	older := flag.String("older", "", "an earlier checkpoint of the same log: the log must be its continuation")
	wanted := flag.Int("cosignatures", 0, "how many known cosigners must vouch for the log")
	evidence := flag.Bool("evidence", false, "the argument is an evidence bundle")
	flag.Var(&partyKeys, "key", "with -evidence: PARTY=BASE64, a party's public key held from elsewhere (several times); @UNTIL after it: revoked then")
	flag.Usage = func() {
		fmt.Fprintln(os.Stderr, "verify-log [-keys FILE] [-older CHECKPOINT] [-cosignatures N] FOLDER\nverify-log -evidence [-key PARTY=BASE64]... FILE")
		flag.PrintDefaults()
	}
	flag.Parse()
	if flag.NArg() != 1 {
		flag.Usage()
		os.Exit(2)
	}
	var report string
	var err error
	if *evidence {
		report, err = verifyEvidence(flag.Arg(0), partyKeys)
	} else {
		report, err = verifyLog(flag.Arg(0), *keys, *older, *wanted)
	}
	var usage usageError
	switch {
	case errors.As(err, &usage):
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	case err != nil:
		fmt.Println("REFUSED:", err)
		os.Exit(1)
	}
	fmt.Println(report)
}

// usageError is the caller's mistake, not the log's.
type usageError struct{ message string }

func (e usageError) Error() string { return e.message }
