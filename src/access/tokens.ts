import { randomUUID } from "node:crypto";
import { type Clock, type Instant, instantOf, sha256Hex } from "#base";
import type { PartyId, Viewer } from "#policy";
import type { ApiToken, Officer, Store } from "#store";
import { AccessError } from "./errors.ts";
import { type OfficerViewer, requirePermission } from "./require.ts";
import { ALL_SCOPES, type Scope } from "./rules.ts";
import { newSecret, viewerOf } from "./sessions.ts";

/** A token that is found in a file is known for what it is, and by whom. */
const TOKEN_PREFIX = "entente_";
const MAX_DAYS = 366;
const MAX_TOKENS = 50;
const TOUCH_SECONDS = 60;

interface NewToken {
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly expires: Instant;
}

export interface Tokens {
  /** A token that acts as this officer within its scopes. Shown once, kept as a hash. */
  make(viewer: OfficerViewer, token: NewToken): Promise<{ readonly token: string; readonly kept: ApiToken }>;
  /** An officer's own; those of another, or of all with `null`, for whoever administers officers. */
  list(viewer: OfficerViewer, officer?: string | null): Promise<readonly ApiToken[]>;
  end(viewer: OfficerViewer, id: string): Promise<void>;
  /** @throws AccessError `token-invalid` for an unknown, expired or ended token, or a disabled officer. */
  authenticate(token: string): Promise<{ readonly viewer: OfficerViewer; readonly officer: Officer }>;
}

export function createTokens(deps: { readonly store: Store; readonly party: PartyId; readonly clock: Clock }): Tokens {
  const { store, party, clock } = deps;
  const self: Viewer = { kind: "job", party, name: "access", may: [] };

  return {
    async make(viewer, { name, scopes, expires }) {
      noToken(viewer);
      const now = clock();
      const latest = instantOf(new Date(now.getTime() + MAX_DAYS * 86_400_000));
      if (
        name.trim() === "" ||
        name.length > 200 ||
        scopes.length === 0 ||
        scopes.some((scope) => !ALL_SCOPES.includes(scope)) ||
        expires <= instantOf(now) ||
        expires > latest
      ) {
        throw new AccessError(
          "token-terms",
          "a token needs a name, at least one known scope and an end within a year",
          {
            fix: `Scopes are: ${ALL_SCOPES.join(", ")}.`,
          },
        );
      }
      const token = `${TOKEN_PREFIX}${newSecret()}`;
      const kept = await store.transact(viewer, async (t) => {
        const live = (await t.credentials.tokens(viewer.officer)).filter((held) => held.endedAt === null);
        if (live.length >= MAX_TOKENS)
          throw new AccessError("token-terms", `an officer has at most ${MAX_TOKENS} tokens`, {
            fix: "End one first.",
          });
        const made = {
          id: `token--${randomUUID()}`,
          officer: viewer.officer,
          name: name.trim(),
          scopes: [...new Set(scopes)],
          createdAt: instantOf(now),
          expires,
        };
        await t.credentials.addToken(sha256Hex(token), made);
        await t.audit.note("token.make", made.id, { scopes: made.scopes, expires });
        return { ...made, lastUsedAt: null, endedAt: null };
      });
      return { token, kept };
    },
    async list(viewer, officer = viewer.officer) {
      if (officer !== viewer.officer) requirePermission(viewer, "officer.manage");
      return store.read(self, (r) => (officer === null ? r.credentials.tokens() : r.credentials.tokens(officer)));
    },
    async end(viewer, id) {
      noToken(viewer);
      await store.transact(viewer, async (t) => {
        const own = (await t.credentials.tokens(viewer.officer)).some((token) => token.id === id);
        if (!own) requirePermission(viewer, "officer.manage");
        if (!(await t.credentials.endToken(id)))
          throw new AccessError("token-invalid", "there is no such token that still works", { where: id });
        await t.audit.note("token.end", id);
      });
    },
    async authenticate(token) {
      const now = clock();
      const found = await store.read(self, async (r) => {
        const kept = await r.credentials.token(sha256Hex(token));
        const officer = kept === null ? null : await r.officers.get(kept.officer);
        return kept === null || officer === null ? null : { kept, officer };
      });
      if (
        found === null ||
        found.officer.disabledAt !== null ||
        found.kept.endedAt !== null ||
        found.kept.expires <= instantOf(now)
      ) {
        throw new AccessError("token-invalid", "this token does not work, or no longer", {
          fix: "Make a new one under My security.",
        });
      }
      const { kept, officer } = found;
      if (kept.lastUsedAt === null || now.getTime() - Date.parse(kept.lastUsedAt) > TOUCH_SECONDS * 1000)
        await store.transact(self, (t) => t.credentials.usedToken(kept.id));
      return { viewer: viewerOf(party, officer, { by: "token", recent: false, scopes: kept.scopes }), officer };
    },
  };
}

/** A token makes no tokens: what leaks once must not live on. */
function noToken({ entry }: OfficerViewer): void {
  if (entry?.by === "token")
    throw new AccessError("token-scope", "a token neither makes nor ends tokens", { fix: "Sign in." });
}
