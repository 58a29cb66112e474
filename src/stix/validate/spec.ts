import type { Target } from "./kinds.ts";
import type { Rule } from "./report.ts";

/** A set of terms of §10: outside an open vocabulary is a warning, outside an enumeration an error. */
export interface Vocabulary {
  readonly name: string;
  readonly section: string;
  readonly open: boolean;
  readonly terms: ReadonlySet<string>;
}

/** A text form with its test. `should`: another form is a warning. */
export interface Form {
  readonly is: (text: string) => boolean;
  readonly code: string;
  /** Ends the sentence "… must be". */
  readonly what: string;
  readonly section?: string;
  readonly should?: boolean;
  /** A defanged object's values are not in their form (§3.2). */
  readonly fangs?: boolean;
}

/** The kind of value that a property takes, as data; `compile` makes closures of it once. */
export type Spec =
  | { readonly kind: "string" | "boolean" | "float" | "hex" | "binary" | "hashes" | "any" | "identifier" }
  | { readonly kind: "integer"; readonly min?: number; readonly max?: number }
  | { readonly kind: "number"; readonly min: number; readonly max: number }
  | { readonly kind: "timestamp"; readonly least?: number; readonly most?: number }
  | { readonly kind: "constant"; readonly value: string }
  | { readonly kind: "ref"; readonly to: Target }
  | { readonly kind: "vocabulary"; readonly of: Vocabulary }
  | { readonly kind: "form"; readonly form: Form }
  | { readonly kind: "list"; readonly of: Spec }
  /** A list of strings; one string alone is a warning, since the standard's own examples have it. */
  | { readonly kind: "fields" }
  | { readonly kind: "object"; readonly shape: Shape }
  | { readonly kind: "dictionary"; readonly of: Spec; readonly keys?: Form }
  | { readonly kind: "either"; readonly of: readonly Spec[]; readonly what: string }
  | { readonly kind: "reserved" };

export interface Required {
  readonly required: Spec;
}

export type Properties = Readonly<Record<string, Spec | Required>>;

/** An object's properties and the rules over them. */
export interface Shape {
  readonly section: string;
  readonly properties: Properties;
  readonly rules?: readonly Rule[];
  /** Properties that are not listed are taken without a word. */
  readonly open?: boolean;
  /** At least one property must be present besides these. */
  readonly some?: { readonly besides: readonly string[] };
}

export const req = (spec: Spec): Required => ({ required: spec });
export const string: Spec = { kind: "string" };
export const boolean: Spec = { kind: "boolean" };
export const hex: Spec = { kind: "hex" };
export const binary: Spec = { kind: "binary" };
export const hashes: Spec = { kind: "hashes" };
export const any: Spec = { kind: "any" };
export const reserved: Spec = { kind: "reserved" };
export const integer: Spec = { kind: "integer" };
export const size: Spec = { kind: "integer", min: 0 };
export const range = (min: number, max: number): Spec => ({ kind: "integer", min, max });
export const timestamp: Spec = { kind: "timestamp" };
export const list = (of: Spec): Spec => ({ kind: "list", of });
export const strings: Spec = list(string);
export const fields: Spec = { kind: "fields" };
export const structure = (shape: Shape): Spec => ({ kind: "object", shape });
export const dictionary = (of: Spec, keys?: Form): Spec => ({
  kind: "dictionary",
  of,
  ...(keys === undefined ? {} : { keys }),
});
export const refTo = (...types: readonly string[]): Spec => ({ kind: "ref", to: { types } });
export const refsTo = (...types: readonly string[]): Spec => list(refTo(...types));
export const ref = (to: Target): Spec => ({ kind: "ref", to });
export const vocabulary = (of: Vocabulary): Spec => ({ kind: "vocabulary", of });
export const vocabularies = (of: Vocabulary): Spec => list(vocabulary(of));
export const form = (of: Form): Spec => ({ kind: "form", form: of });
