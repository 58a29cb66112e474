import { randomBytes } from "node:crypto";
import { type Clock, sha256Hex } from "#base";
import type { PartyId, Viewer } from "#policy";
import type { Store } from "#store";
import { AccessError } from "./errors.ts";
import { guarded, NOWHERE, subjects, type Whence } from "./guard.ts";
import type { OfficerViewer } from "./require.ts";
import { openSession, type SignedIn } from "./sessions.ts";

const CODES = 10;
/** Crockford's alphabet: no letter that is read as another. Sixteen of them are 80 bits. */
const LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const LENGTH = 16;

export interface Recovery {
  /** New codes; the old ones end. Shown once, kept as hashes. */
  renew(viewer: OfficerViewer): Promise<readonly string[]>;
  /**
   * Signs in with a code, once. The session may set up a new passkey and read; it approves nothing.
   * @throws AccessError `sign-in-refused` for a wrong code as for an unknown officer; `sign-in-locked`.
   */
  signIn(email: string, code: string, whence?: Whence): Promise<SignedIn>;
}

export function createRecovery(deps: {
  readonly store: Store;
  readonly party: PartyId;
  readonly clock: Clock;
}): Recovery {
  const { store, party, clock } = deps;
  const self: Viewer = { kind: "job", party, name: "access", may: [] };
  return {
    async renew(viewer) {
      const codes = Array.from({ length: CODES }, newCode);
      await store.transact(viewer, async (t) => {
        await t.credentials.setRecoveryCodes(
          viewer.officer,
          codes.map((code) => sha256Hex(plain(code))),
        );
        await t.audit.note("recovery.renew", viewer.officer, { codes: CODES });
      });
      return codes;
    },
    async signIn(email, code, whence = NOWHERE) {
      const signedIn = await store.transact(self, (t) =>
        guarded(t, clock, subjects(whence, email), async () => {
          const officer = await t.officers.byEmail(email.trim());
          // The same work whether the officer is here or not.
          const used = await t.credentials.useRecoveryCode(officer?.id ?? "", sha256Hex(plain(code)));
          if (used && officer !== null && officer.disabledAt === null)
            return openSession(t, clock, officer, "recovery", whence);
          await t.audit.note("session.refused", officer?.id ?? "unknown", {
            method: "recovery",
            address: whence.address,
          });
          return null;
        }),
      );
      if (signedIn !== null) return signedIn;
      throw new AccessError("sign-in-refused", "the address and the code do not belong together", {
        fix: "A code works once. If none is left, ask the administrator for a one-time link.",
      });
    },
  };
}

function newCode(): string {
  const letters = [...randomBytes(LENGTH)].map((byte) => LETTERS[byte % 32]).join("");
  return letters.match(/.{4}/g)?.join("-") ?? letters;
}

/** As people type it: in either case, with or without dashes, O for 0 and I or L for 1. */
function plain(code: string): string {
  return code.toUpperCase().replace(/[\s-]/g, "").replace(/O/g, "0").replace(/[IL]/g, "1").slice(0, 64);
}
