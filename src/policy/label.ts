import { type Instant, sha256Hex } from "#base";
import { type EvidenceUse, fixedTlp, type Marking, type Tlp, TLP_RANK } from "./marking.ts";
import type { PartyId } from "./viewer.ts";

/** What all the markings of a label say together: the meet, so that each one only narrows. */
export interface Handling {
  /** False when a marking is missing or not understood. */
  readonly known: boolean;
  readonly unknownRefs: readonly string[];
  readonly tlp: Tlp | null;
  /** At least one marking states handling terms. Without one nothing is released: absence denies. */
  readonly granted: boolean;
  readonly originators: readonly PartyId[];
  readonly releasableTo: readonly PartyId[];
  readonly noOnward: boolean;
  readonly purposes: readonly string[] | null;
  readonly evidenceUse: EvidenceUse;
  readonly caveats: readonly string[];
  readonly statements: readonly string[];
  readonly reviewBy: Instant | null;
  readonly expires: Instant | null;
}

/** A distinct set of markings of one owner's records. There are few labels, and many records. */
export interface Label {
  /** SHA-256 over owner and references, lower-case hex. */
  readonly key: string;
  /** Whose record it is. */
  readonly owner: PartyId;
  readonly refs: readonly string[];
  readonly handling: Handling;
}

const EVIDENCE_RANK: Readonly<Record<EvidenceUse, number>> = { allowed: 0, "with-consent": 1, forbidden: 2 };

interface Meet {
  unknownRefs: string[];
  tlp: Tlp | null;
  granted: boolean;
  originators: Set<PartyId>;
  releasableTo: readonly PartyId[];
  noOnward: boolean;
  purposes: readonly string[] | null;
  evidenceUse: EvidenceUse;
  caveats: Set<string>;
  statements: string[];
  reviewBy: Instant | null;
  expires: Instant | null;
}

/** Compiles the markings into one label. A reference that `lookup` does not know makes the label unknown. */
export function compileLabel(
  owner: PartyId,
  refs: readonly string[],
  lookup: (id: string) => Marking | undefined,
): Label {
  const sorted = [...new Set(refs)].toSorted();
  const meet: Meet = {
    unknownRefs: [],
    tlp: null,
    granted: false,
    originators: new Set(),
    releasableTo: [],
    noOnward: false,
    purposes: null,
    evidenceUse: "allowed",
    caveats: new Set(),
    statements: [],
    reviewBy: null,
    expires: null,
  };
  for (const ref of sorted) narrow(meet, ref, fixedTlp(ref) ?? lookup(ref));
  return {
    key: sha256Hex(JSON.stringify([owner, sorted])),
    owner,
    refs: sorted,
    handling: {
      ...meet,
      known: meet.unknownRefs.length === 0,
      originators: [...meet.originators].toSorted(),
      releasableTo: meet.releasableTo.toSorted(),
      purposes: meet.purposes?.toSorted() ?? null,
      caveats: [...meet.caveats].toSorted(),
    },
  };
}

function narrow(meet: Meet, ref: string, marking: Marking | undefined): void {
  if (marking === undefined || marking.kind === "unknown" || marking.id !== ref) {
    meet.unknownRefs.push(ref);
    return;
  }
  switch (marking.kind) {
    case "tlp":
      if (meet.tlp === null || TLP_RANK[marking.tlp] > TLP_RANK[meet.tlp]) meet.tlp = marking.tlp;
      return;
    case "statement":
      meet.statements.push(marking.statement);
      return;
    case "handling": {
      const terms = marking.handling;
      meet.releasableTo = meet.granted
        ? meet.releasableTo.filter((party) => terms.releasableTo.includes(party))
        : [...new Set(terms.releasableTo)];
      meet.granted = true;
      meet.originators.add(terms.originator);
      meet.noOnward ||= terms.noOnward;
      if (terms.purposes !== null) {
        const allowed = terms.purposes;
        meet.purposes =
          meet.purposes === null ? [...new Set(allowed)] : meet.purposes.filter((purpose) => allowed.includes(purpose));
      }
      if (EVIDENCE_RANK[terms.evidenceUse] > EVIDENCE_RANK[meet.evidenceUse]) meet.evidenceUse = terms.evidenceUse;
      for (const caveat of terms.caveats) meet.caveats.add(caveat);
      meet.reviewBy = earlier(meet.reviewBy, terms.reviewBy);
      meet.expires = earlier(meet.expires, terms.expires);
    }
  }
}

function earlier(a: Instant | null, b: Instant | null): Instant | null {
  if (a === null) return b;
  return b === null || a < b ? a : b;
}
