import { type ExpressionBuilder, type ExpressionWrapper, sql, type SqlBool } from "kysely";
import { assertNever } from "#base";
import { type LabelTest, TLP_RANK } from "#policy";
import type { Database } from "./database.ts";

type Builder = ExpressionBuilder<Database, "label">;
type Condition = ExpressionWrapper<Database, "label", SqlBool>;

const FLAGS = { known: "label.known", granted: "label.granted", noOnward: "label.no_onward" } as const;

/** Compiles policy's test of a label into SQL over `label`. The only place where a decision becomes SQL. */
export function labelCondition(eb: Builder, test: LabelTest): Condition {
  switch (test.op) {
    case "always":
      return eb(eb.val(1), "=", eb.val(1)).$castTo<SqlBool>();
    case "never":
      return eb(sql<number>`1`, "=", 0);
    case "all":
      return eb.and(test.of.map((part) => labelCondition(eb, part)));
    case "any":
      return eb.or(test.of.map((part) => labelCondition(eb, part)));
    case "is":
      return eb(FLAGS[test.field], "=", test.value ? 1 : 0);
    case "owner":
      return eb("label.owner", "=", test.party);
    case "tlpAtMost":
      return eb("label.tlp_rank", "<=", TLP_RANK[test.tlp]);
    case "releasableTo":
      return eb.exists(
        eb
          .selectFrom("label_party")
          .select("label_party.label")
          .whereRef("label_party.label", "=", "label.id")
          .where("label_party.party", "=", test.party),
      );
    case "admitsPurpose":
      return eb.or([
        eb("label.any_purpose", "=", 1),
        eb.exists(
          eb
            .selectFrom("label_purpose")
            .select("label_purpose.label")
            .whereRef("label_purpose.label", "=", "label.id")
            .where("label_purpose.purpose", "=", test.purpose),
        ),
      ]);
    case "notExpired":
      return eb.or([eb("label.expires", "is", null), eb("label.expires", ">", test.now)]);
    default:
      return assertNever(test);
  }
}
