import { tlp2Shape, TLP2_EXTENSION } from "./markings.ts";
import { inOrder } from "./rules.ts";
import { any, boolean, dictionary, integer, list, structure, range, refTo, refsTo, req, type Shape, size, string, strings, timestamp, vocabularies, vocabulary } from "./spec.ts";

/**
 * Extensions that the field has published, recognised by their ids: FIRST's TLP 2.0, the OASIS common repository's incident core, event,
 * impact, task and contact information, and the United States' access control specification. Each is open: what a later version adds is taken.
 */
const vocab = (name: string, terms: string) => ({ name, section: "extension", open: true, terms: new Set(terms.split(" ")) });
const closed = (name: string, terms: string) => ({ ...vocab(name, terms), open: false });

const fidelity = vocabulary(closed("timestamp-fidelity-enum", "day hour minute month second year"));
const span = { start_time: timestamp, start_time_fidelity: fidelity, end_time: timestamp, end_time_fidelity: fidelity };
const counts = dictionary(size);
const recoverability = vocab("recoverability-enum", "extended not-applicable not-recoverable regular supplemented");
const changes = list(structure({ section: "extension", properties: { initial_ref: refAny(), result_ref: refAny(), state_change_type: string }, open: true }));

function refAny() {
  return { kind: "identifier" } as const;
}

/** Extensions that stand as a value under `extensions`. */
export const PROPERTY_EXTENSIONS: Readonly<Record<string, { readonly on: string; readonly shape: Shape }>> = {
  [TLP2_EXTENSION]: { on: "marking-definition", shape: { ...tlp2Shape, properties: { extension_type: string, ...tlp2Shape.properties } } },
  "extension-definition--ef765651-680c-498d-9894-99799f2fa126": {
    on: "incident",
    shape: {
      section: "incident core",
      open: true,
      properties: {
        extension_type: string,
        determination: req(vocabulary(vocab("incident-determination-ov", "blocked failed-attempt false-positive low-value successful-attempt suspected"))),
        investigation_status: req(vocabulary(vocab("incident-investigation-ov", "closed new open"))),
        criticality: range(0, 100),
        detection_methods: vocabularies(vocab("detection-methods-ov", "automated-tool human-review message-from-attacker system-outage user-reporting")),
        incident_types: strings, event_refs: refsTo("event"), impact_refs: refsTo("impact"), task_refs: refsTo("task"), impacted_entity_counts: counts,
        recoverability: vocabulary(recoverability),
        scores: list(structure({ section: "incident core", properties: { name: req(string), value: req(any), description: string }, open: true })),
      },
    },
  },
  "extension-definition--66e2492a-bbd3-4be6-88f5-cc91a017a498": {
    on: "identity",
    shape: {
      section: "contact information",
      open: true,
      properties: {
        extension_type: string, first_name: string, middle_name: string, last_name: string, prefix: string, suffix: string, team: string,
        contact_numbers: list(structure({
          section: "contact information",
          properties: { contact_number: req(string), contact_number_type: string, description: string },
          open: true,
        })),
        email_addresses: list(structure({
          section: "contact information",
          properties: { email_address_ref: req(refTo("email-addr")), digital_contact_type: string, description: string },
          open: true,
        })),
        social_media_accounts: list(structure({
          section: "contact information",
          properties: { user_account_ref: req(refTo("user-account")), digital_contact_type: string, description: string },
          open: true,
        })),
      },
    },
  },
  "extension-definition--3a65884d-005a-4290-8335-cb2d778a83ce": {
    on: "marking-definition",
    shape: {
      section: "ACS 3.0",
      open: true,
      properties: {
        extension_type: string, name: string, identifier: req(string), create_date_time: req(timestamp), responsible_entity_custodian: req(string),
        responsible_entity_originator: string, authority_reference: strings, policy_reference: req(string),
        control_set: req(structure({ section: "ACS 3.0", properties: { classification: req(string), formal_determination: strings, caveat: strings, shareability: strings, entity: strings }, open: true })),
        original_classification: structure({ section: "ACS 3.0", properties: {}, open: true }), derivative_classification: structure({ section: "ACS 3.0", properties: {}, open: true }),
        declassification: structure({ section: "ACS 3.0", properties: {}, open: true }), resource_disposition: structure({ section: "ACS 3.0", properties: {}, open: true }),
        public_release: structure({ section: "ACS 3.0", properties: {}, open: true }),
        access_privilege: list(structure({
          section: "ACS 3.0",
          properties: { privilege_action: req(string), privilege_scope: req(any), rule_effect: req(vocabulary(closed("rule-effect", "deny permit"))) },
          open: true,
        })),
        further_sharing: list(structure({
          section: "ACS 3.0",
          properties: { rule_effect: req(vocabulary(closed("rule-effect", "deny permit"))), sharing_scope: req(strings) },
          open: true,
        })),
      },
    },
  },
};

/** Object types that an extension brings: the extension, and the shape beside the common properties. */
export const EXTENSION_TYPES: Readonly<Record<string, { readonly extension: string; readonly shape: Shape }>> = {
  event: {
    extension: "extension-definition--4ca6de00-5b0d-45ef-a1dc-ea7279ea910e",
    shape: {
      section: "event",
      open: true,
      properties: {
        status: req(vocabulary(vocab("event-status-ov", "not-occurred occurred ongoing pending"))), name: string, description: string, goal: string,
        event_types: strings, changed_objects: changes, sighting_refs: refsTo("sighting"), ...span,
      },
      rules: [inOrder("start_time", "end_time", "event")],
    },
  },
  impact: {
    extension: "extension-definition--7cc33dd6-f6a1-489b-98ea-522d351d71b9",
    shape: {
      section: "impact",
      open: true,
      properties: {
        impact_category: req(string), criticality: range(0, 100), description: string, impacted_entity_counts: counts, impacted_refs: list(refAny()),
        recoverability: vocabulary(recoverability), superseded_by_ref: refTo("impact"), ...span,
      },
      rules: [inOrder("start_time", "end_time", "impact")],
    },
  },
  task: {
    extension: "extension-definition--2074a052-8be4-4932-849e-f5e7798e0030",
    shape: {
      section: "task",
      open: true,
      properties: {
        outcome: req(vocabulary(vocab("task-outcome-ov", "cancelled failed ongoing pending successful unknown"))), name: string, description: string,
        task_types: strings, error: string, priority: integer, impacted_entity_counts: counts, changed_objects: changes, completed: boolean, ...span,
      },
      rules: [inOrder("start_time", "end_time", "task")],
    },
  },
};
