import { isJsonObject } from "#base";
import { IMPACT_CATEGORIES, openTerms, closedTerms, recoverability } from "./impact-categories.ts";
import { tlp2Shape, TLP2_EXTENSION } from "./markings.ts";
import type { Rule } from "./report.ts";
import { atLeastOne, inOrder, needs } from "./rules.ts";
import {
  any,
  boolean,
  dictionary,
  list,
  range,
  refTo,
  refsTo,
  req,
  type Shape,
  size,
  type Spec,
  string,
  strings,
  structure,
  timestamp,
  vocabularies,
  vocabulary,
} from "./spec.ts";

/**
 * Extensions that the field has published, recognised by their ids: FIRST's TLP 2.0, the OASIS common repository's incident suite
 * and contact information, the United States' access control and controlled unclassified information, and FIRST's
 * exchange policy. Each is open: what a later version adds is taken.
 */
const SUITE = "incident extension suite";
const CONTACT = "identity contact information";
const ACS = "ACS 3.0";
const CUI = "CUI";
const IEP = "IEP 2.0";

const propertyExtension: Spec = { kind: "constant", value: "property-extension" };
const anyId: Spec = { kind: "identifier" };
const fidelity = vocabulary(closedTerms("timestamp-fidelity-enum", "day hour minute month second year"));
const span = { start_time: timestamp, start_time_fidelity: fidelity, end_time: timestamp, end_time_fidelity: fidelity };
const counts = dictionary(size);
const changes = list(
  structure({
    section: SUITE,
    open: true,
    properties: {
      state_change_type: req(
        vocabulary(openTerms("state-change-type-ov", "caused contributed-to input mitigated output resolved")),
      ),
      initial_ref: anyId,
      result_ref: anyId,
    },
    rules: [atLeastOne(["initial_ref", "result_ref"], SUITE)],
  }),
);

/** §3.2 and §3.6 of the suite: entries in sequence, of events or of tasks. */
const entries = (type: string): Spec => {
  const name = `${type}_ref`;
  const step = structure({
    section: SUITE,
    open: true,
    properties: {
      [name]: req(refTo(type)),
      condition_type: req(vocabulary(closedTerms("activity-condition-enum", "optional required unknown"))),
      transition_type: req(vocabulary(closedTerms("activity-transition-enum", "completion failure success unknown"))),
    },
  });
  return list(
    structure({
      section: SUITE,
      open: true,
      properties: { [name]: req(refTo(type)), next_steps: list(step), sequence_start: boolean },
    }),
  );
};

const contact = (reference: Record<string, Spec>, type: string, terms: string): Spec =>
  list(
    structure({
      section: CONTACT,
      open: true,
      properties: {
        ...Object.fromEntries(Object.entries(reference).map(([name, spec]) => [name, req(spec)])),
        [type]: req(
          vocabulary(openTerms(type === "contact_number_type" ? "contact-number-ov" : "digital-contact-ov", terms)),
        ),
        classified: boolean,
        description: string,
      },
    }),
  );
const DIGITAL = "organizational personal work";

const incidentCore: Shape = {
  section: SUITE,
  open: true,
  properties: {
    extension_type: req(propertyExtension),
    determination: req(
      vocabulary(
        closedTerms("incident-determination-enum", "blocked confirmed failed-attempt false-positive suspected"),
      ),
    ),
    investigation_status: req(vocabulary(openTerms("incident-investigation-ov", "closed new open"))),
    criticality: range(0, 100),
    detection_methods: vocabularies(
      openTerms(
        "detection-methods-ov",
        "automated-tool commercial-solution external-notification human-review message-from-attacker propriety-solution system-outage user-reporting",
      ),
    ),
    events: entries("event"),
    tasks: entries("task"),
    impact_refs: refsTo("impact"),
    impacted_entity_counts: counts,
    incident_types: strings,
    recoverability: vocabulary(recoverability),
    scores: list(
      structure({
        section: SUITE,
        open: true,
        properties: { name: req(string), value: req({ kind: "float" }), description: string },
      }),
    ),
  },
};

const contactInformation: Shape = {
  section: CONTACT,
  open: true,
  properties: {
    extension_type: req(propertyExtension),
    first_name: string,
    middle_name: string,
    last_name: string,
    prefix: string,
    suffix: string,
    contact_numbers: contact(
      { contact_number: string },
      "contact_number_type",
      "personal-landline-phone personal-mobile-phone personal-fax work-phone work-fax",
    ),
    email_addresses: contact({ email_address_ref: refTo("email-addr") }, "digital_contact_type", DIGITAL),
    social_media_accounts: contact({ user_account_ref: refTo("user-account") }, "digital_contact_type", DIGITAL),
  },
  rules: [atLeastOne(["contact_numbers", "email_addresses", "social_media_accounts"], CONTACT)],
};

const part = structure({ section: ACS, properties: {}, open: true });
const effect = req(vocabulary(closedTerms("rule effect", "deny permit")));
const accessControl: Shape = {
  section: ACS,
  open: true,
  properties: {
    extension_type: req(propertyExtension),
    name: string,
    identifier: req(string),
    create_date_time: req(timestamp),
    responsible_entity_custodian: req(string),
    responsible_entity_originator: string,
    authority_reference: strings,
    policy_reference: req(string),
    control_set: req(
      structure({
        section: ACS,
        open: true,
        properties: {
          classification: req(string),
          entity: strings,
          permitted_organizations: strings,
          sensitivity: strings,
        },
      }),
    ),
    original_classification: part,
    derivative_classification: part,
    declassification: part,
    resource_disposition: part,
    public_release: part,
    access_privilege: list(
      structure({
        section: ACS,
        open: true,
        properties: { privilege_action: req(string), privilege_scope: req(any), rule_effect: effect },
      }),
    ),
    further_sharing: list(
      structure({ section: ACS, open: true, properties: { rule_effect: effect, sharing_scope: req(strings) } }),
    ),
  },
};

const oneOf = (name: string, terms: string): Spec => vocabulary(closedTerms(name, terms));
const controlled: Shape = {
  section: CUI,
  open: true,
  properties: {
    extension_type: req(propertyExtension),
    control: req(oneOf("CUI control marking", "CONTROLLED CUI")),
    designator_ref: req(refTo("identity")),
    categories: strings,
    disseminations: strings,
    required_statements: strings,
    supplemental_administrative: strings,
  },
};

const exchangePolicy: Shape = {
  section: IEP,
  open: true,
  properties: {
    extension_type: req(propertyExtension),
    encrypt_in_transit: req(oneOf("encrypt_in_transit", "must may")),
    permitted_actions: req(
      oneOf(
        "iep-permitted-actions-enum",
        "none contact-for-instruction internally-visible-actions externally-visible-indirect-actions externally-visible-direct-actions",
      ),
    ),
    affected_party_notifications: req(oneOf("affected_party_notifications", "may must-not")),
    tlp: req(oneOf("tlp", "red amber green white")),
    provider_attribution: req(oneOf("provider_attribution", "may must must-not")),
    unmodified_resale: req(oneOf("unmodified_resale", "may must-not")),
    iep_id: req(string),
    iep_version: req({ kind: "number", min: 2, max: 2 }),
    description: req(string),
    start_date: req(timestamp),
    end_date: timestamp,
  },
  rules: [inOrder("start_date", "end_date", IEP)],
};

/** Extensions that stand as a value under `extensions`, and the type that each belongs on. */
export const PROPERTY_EXTENSIONS: Readonly<Record<string, { readonly on: string; readonly shape: Shape }>> = {
  [TLP2_EXTENSION]: {
    on: "marking-definition",
    shape: { ...tlp2Shape, properties: { extension_type: propertyExtension, ...tlp2Shape.properties } },
  },
  "extension-definition--ef765651-680c-498d-9894-99799f2fa126": { on: "incident", shape: incidentCore },
  "extension-definition--66e2492a-bbd3-4be6-88f5-cc91a017a498": { on: "identity", shape: contactInformation },
  "extension-definition--3a65884d-005a-4290-8335-cb2d778a83ce": { on: "marking-definition", shape: accessControl },
  "extension-definition--dff17fb3-edcb-4f99-ad1b-4b751c95738a": { on: "marking-definition", shape: controlled },
  "extension-definition--762e2e97-ee51-43e5-a9ea-165fbb862c4a": { on: "marking-definition", shape: exchangePolicy },
};

/** §2.3.2 of the suite: an impact has the extension of its category. */
const categoryPresent: Rule = (impact, at) => {
  const { impact_category: category, extensions } = impact;
  if (typeof category !== "string" || !isJsonObject(extensions) || Object.hasOwn(extensions, category)) return;
  at.error("required", `an impact has the extension of its category: ${category}`, SUITE, "extensions", category);
};

/** Object types that an extension brings: the extension, and the shape beside the common properties. */
export const EXTENSION_TYPES: Readonly<Record<string, { readonly extension: string; readonly shape: Shape }>> = {
  event: {
    extension: "extension-definition--4ca6de00-5b0d-45ef-a1dc-ea7279ea910e",
    shape: {
      section: SUITE,
      properties: {
        status: req(vocabulary(closedTerms("event-status-enum", "not-occurred occurred ongoing pending undetermined"))),
        name: string,
        description: string,
        goal: string,
        event_types: strings,
        changed_objects: changes,
        sighting_refs: refsTo("sighting"),
        subevents: entries("event"),
        ...span,
      },
      rules: [inOrder("start_time", "end_time", SUITE, true)],
    },
  },
  impact: {
    extension: "extension-definition--7cc33dd6-f6a1-489b-98ea-522d351d71b9",
    shape: {
      section: SUITE,
      properties: {
        impact_category: req(vocabulary(openTerms("impact categories", Object.keys(IMPACT_CATEGORIES).join(" ")))),
        criticality: range(0, 100),
        description: string,
        impacted_entity_counts: counts,
        impacted_refs: list(anyId),
        recoverability: vocabulary(recoverability),
        superseded_by_ref: refTo("impact"),
        ...span,
      },
      rules: [
        inOrder("start_time", "end_time", SUITE, true),
        needs("superseded_by_ref", ["end_time"], SUITE),
        categoryPresent,
      ],
    },
  },
  task: {
    extension: "extension-definition--2074a052-8be4-4932-849e-f5e7798e0030",
    shape: {
      section: SUITE,
      properties: {
        outcome: req(
          vocabulary(closedTerms("task-outcome-enum", "cancelled failed ongoing pending successful unknown")),
        ),
        name: string,
        description: string,
        task_types: strings,
        error: string,
        priority: range(0, 100),
        impacted_entity_counts: counts,
        changed_objects: changes,
        subtasks: entries("task"),
        ...span,
      },
    },
  },
};
