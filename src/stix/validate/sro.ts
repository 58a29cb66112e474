import { kindOf } from "./kinds.ts";
import { listedTargets } from "./relationships.ts";
import { type Rule, shown } from "./report.ts";
import { inOrder } from "./rules.ts";
import { boolean, type Form, form, range, ref, refsTo, req, type Shape, string, timestamp } from "./spec.ts";

const NAME = /^[a-z0-9-]+$/;
const relationshipType: Form = {
  is: (text) => NAME.test(text),
  code: "relationship-type",
  what: "of a–z, 0–9 and hyphen",
  section: "5.1",
};
const end = ref({ kinds: ["sdo", "sco"] });

/** §5.1 and appendix B: a relationship that the standard does not list between these ends is allowed, and advised against. */
const listed: Rule = (relationship, at) => {
  const { relationship_type: type, source_ref: from, target_ref: to } = relationship;
  if (
    typeof type !== "string" ||
    typeof from !== "string" ||
    typeof to !== "string" ||
    type === "related-to" ||
    !NAME.test(type)
  )
    return;
  const source = from.slice(0, Math.max(0, from.length - 38));
  const target = to.slice(0, Math.max(0, to.length - 38));
  if (type === "derived-from" || type === "duplicate-of") {
    if (source !== target)
      at.warning(
        "relationship",
        `${type} stands between objects of one type, not ${shown(source)} and ${shown(target)}`,
        "3.7",
        "relationship_type",
      );
    return;
  }
  const targets = listedTargets(source, type);
  if (targets?.has(target) === true || (targets?.has("sco") === true && kindOf(target) === "sco")) return;
  at.warning("relationship", `the standard lists no ${type} from ${source} to ${target}`, "5.1", "relationship_type");
};

/** The SROs of §5. */
export const SROS: Readonly<Record<string, Shape>> = {
  relationship: {
    section: "5.1",
    properties: {
      relationship_type: req(form(relationshipType)),
      description: string,
      source_ref: req(end),
      target_ref: req(end),
      start_time: timestamp,
      stop_time: timestamp,
    },
    rules: [inOrder("start_time", "stop_time", "5.1", true), listed],
  },
  sighting: {
    section: "5.2",
    properties: {
      description: string,
      first_seen: timestamp,
      last_seen: timestamp,
      count: range(0, 999_999_999),
      sighting_of_ref: req(ref({ kinds: ["sdo"] })),
      observed_data_refs: refsTo("observed-data"),
      where_sighted_refs: refsTo("identity", "location"),
      summary: boolean,
    },
    rules: [inOrder("first_seen", "last_seen", "5.2")],
  },
};
