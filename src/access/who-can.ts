import { compileLabel, decide, type Marking, type PartyId, type Role, ROLES, type Tlp, TLP_RANK } from "#policy";
import { permissionTable } from "./rules.ts";

const US: PartyId = "identity--00000000-0000-4000-8000-000000000001";
const PARTNER: PartyId = "identity--00000000-0000-4000-8000-000000000002";
const NOW = "2026-01-01T00:00:00.000000Z";
const MARKING = "marking-definition--00000000-0000-4000-8000-000000000003";

interface Sample {
  readonly words: string;
  readonly owner: PartyId;
  readonly marking: Marking | undefined;
}

const tlp = (of: Tlp): Marking => ({ id: MARKING, kind: "tlp", tlp: of });

function expired(): Marking {
  return {
    id: MARKING,
    kind: "handling",
    handling: {
      originator: PARTNER,
      releasableTo: [US],
      noOnward: true,
      purposes: null,
      evidenceUse: "with-consent",
      caveats: [],
      reviewBy: null,
      expires: "2025-01-01T00:00:00.000000Z",
      foreignCodes: [],
    },
  };
}

/** One record of each kind that the decision tells apart. */
const SAMPLES: readonly Sample[] = [
  ...([US, PARTNER] as const).flatMap((owner) =>
    (Object.keys(TLP_RANK) as Tlp[]).map((of) => ({
      words: `${owner === US ? "our own" : "a partner's"}, TLP:${of.toUpperCase()}`,
      owner,
      marking: tlp(of),
    })),
  ),
  { words: "our own, with a marking not understood", owner: US, marking: undefined },
  { words: "a partner's, with a marking not understood", owner: PARTNER, marking: undefined },
  { words: "a partner's, its time past", owner: PARTNER, marking: expired() },
];

/** Who can do what: permissions by role, and what each role reads, asked of the very rules that decide. */
export interface WhoCan {
  readonly roles: readonly Role[];
  readonly permissions: ReturnType<typeof permissionTable>;
  readonly reading: readonly { readonly record: string; readonly roles: readonly Role[] }[];
}

export function whoCan(): WhoCan {
  const reading = SAMPLES.map(({ words, owner, marking }) => {
    const label = compileLabel(owner, [MARKING], () => marking);
    const reads = (role: Role): boolean =>
      decide({ kind: "officer", party: US, officer: "officer--any", roles: [role] }, "read", label, {
        now: NOW,
        party: US,
      }).effect === "allow";
    return { record: words, roles: ROLES.filter(reads) };
  });
  return { roles: ROLES, permissions: permissionTable(), reading };
}
