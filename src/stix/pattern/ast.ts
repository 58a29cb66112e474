/** A pattern as a tree. Chains of one operator are one node, so that a long list is not a deep tree. STIX 2.1 §9.3. */

/** §9.2. Bytes are written in base64 (binary) or hexadecimal (hex), as their constants are. */
export type Constant =
  | { readonly kind: "string"; readonly value: string }
  | { readonly kind: "integer"; readonly value: number }
  | { readonly kind: "float"; readonly value: number }
  | { readonly kind: "boolean"; readonly value: boolean }
  | { readonly kind: "binary"; readonly value: string }
  | { readonly kind: "hex"; readonly value: string }
  | { readonly kind: "timestamp"; readonly value: string };

/** §9.7. */
export type PathStep =
  | { readonly kind: "key"; readonly name: string }
  | { readonly kind: "index"; readonly index: number }
  | { readonly kind: "any" };

export interface ObjectPath {
  readonly type: string;
  readonly steps: readonly PathStep[];
}

type EqualityOperator = "=" | "!=";
type OrderOperator = "<" | ">" | "<=" | ">=";
type StringOperator = "LIKE" | "MATCHES" | "ISSUBSET" | "ISSUPERSET";

/** §9.6.1. `negated` is the modifier NOT. */
export type Comparison =
  | {
      readonly kind: "test";
      readonly path: ObjectPath;
      readonly negated: boolean;
      readonly operator: EqualityOperator | OrderOperator | StringOperator;
      readonly value: Constant;
    }
  | { readonly kind: "in"; readonly path: ObjectPath; readonly negated: boolean; readonly values: readonly Constant[] }
  | { readonly kind: "exists"; readonly path: ObjectPath; readonly negated: boolean };

/** §9.6: what stands between square brackets. */
export type ComparisonExpression =
  | Comparison
  | { readonly kind: "and" | "or"; readonly operands: readonly ComparisonExpression[] };

/** §9.5.1. */
export type Qualifier =
  | { readonly kind: "within"; readonly seconds: number }
  | { readonly kind: "repeats"; readonly times: number }
  | { readonly kind: "startstop"; readonly start: string; readonly stop: string };

/** §9.5. Qualifiers stand in the order written; each one qualifies what stands before it. */
export type ObservationExpression =
  | { readonly kind: "observation"; readonly comparison: ComparisonExpression }
  | { readonly kind: "and" | "or" | "followedby"; readonly operands: readonly ObservationExpression[] }
  | {
      readonly kind: "qualified";
      readonly expression: ObservationExpression;
      readonly qualifiers: readonly Qualifier[];
    };

/** §9.4. */
export type Pattern = ObservationExpression;
