import { assertNever, type Instant } from "#base";
import type { Label } from "./label.ts";
import { type Tlp, TLP_RANK } from "./marking.ts";
import type { PartyId } from "./viewer.ts";

/** A condition on a label, as data: `matches` evaluates it here, the store compiles it to SQL. */
export type LabelTest =
  | { readonly op: "always" }
  | { readonly op: "never" }
  | { readonly op: "all"; readonly of: readonly LabelTest[] }
  | { readonly op: "any"; readonly of: readonly LabelTest[] }
  | { readonly op: "is"; readonly field: "known" | "granted" | "noOnward"; readonly value: boolean }
  | { readonly op: "owner"; readonly party: PartyId }
  | { readonly op: "tlpAtMost"; readonly tlp: Tlp }
  | { readonly op: "releasableTo"; readonly party: PartyId }
  | { readonly op: "admitsPurpose"; readonly purpose: string }
  | { readonly op: "notExpired"; readonly now: Instant };

export function matches(test: LabelTest, label: Label): boolean {
  const { handling } = label;
  switch (test.op) {
    case "always":
      return true;
    case "never":
      return false;
    case "all":
      return test.of.every((part) => matches(part, label));
    case "any":
      return test.of.some((part) => matches(part, label));
    case "is":
      return handling[test.field] === test.value;
    case "owner":
      return label.owner === test.party;
    case "tlpAtMost":
      return handling.tlp === null || TLP_RANK[handling.tlp] <= TLP_RANK[test.tlp];
    case "releasableTo":
      return handling.releasableTo.includes(test.party);
    case "admitsPurpose":
      return handling.purposes === null || handling.purposes.includes(test.purpose);
    case "notExpired":
      return handling.expires === null || handling.expires > test.now;
    default:
      return assertNever(test);
  }
}
