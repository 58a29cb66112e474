import { domainRules } from "./sdo-rules.ts";
import { killChainPhases } from "./common.ts";
import { anyObject } from "./kinds.ts";
import { inOrder } from "./rules.ts";
import {
  any,
  boolean,
  form,
  list,
  range,
  ref,
  refTo,
  refsTo,
  req,
  reserved,
  type Shape,
  string,
  strings,
  timestamp,
  vocabularies,
  vocabulary,
} from "./spec.ts";
import {
  attackMotivation,
  attackResourceLevel,
  groupingContext,
  identityClass,
  implementationLanguage,
  indicatorType,
  industrySector,
  infrastructureType,
  malwareCapabilities,
  malwareResult,
  malwareType,
  opinion,
  patternType,
  processorArchitecture,
  region,
  reportType,
  threatActorRole,
  threatActorSophistication,
  threatActorType,
  toolType,
} from "./vocabularies.ts";

/** The SDOs of §4: what each adds to the common properties. */
const named = { name: req(string), description: string };
const seen = { first_seen: timestamp, last_seen: timestamp };
const motivated = {
  goals: strings,
  resource_level: vocabulary(attackResourceLevel),
  primary_motivation: vocabulary(attackMotivation),
  secondary_motivations: vocabularies(attackMotivation),
};
const anyRefs = list(ref(anyObject));
const scoRefs = list(ref({ kinds: ["sco"] }));

export const SDOS: Readonly<Record<string, Shape>> = {
  "attack-pattern": {
    section: "4.1",
    properties: { ...named, aliases: strings, kill_chain_phases: killChainPhases },
    rules: [domainRules.capec],
  },
  campaign: {
    section: "4.2",
    properties: { ...named, aliases: strings, ...seen, objective: string },
    rules: [inOrder("first_seen", "last_seen", "4.2")],
  },
  "course-of-action": { section: "4.3", properties: { ...named, action: reserved } },
  grouping: {
    section: "4.4",
    properties: {
      name: string,
      description: string,
      context: req(vocabulary(groupingContext)),
      object_refs: req(anyRefs),
    },
  },
  identity: {
    section: "4.5",
    properties: {
      ...named,
      roles: strings,
      identity_class: vocabulary(identityClass),
      sectors: vocabularies(industrySector),
      contact_information: string,
    },
  },
  incident: { section: "4.6", properties: named },
  indicator: {
    section: "4.7",
    properties: {
      name: string,
      description: string,
      indicator_types: vocabularies(indicatorType),
      pattern: req(string),
      pattern_type: req(vocabulary(patternType)),
      pattern_version: string,
      valid_from: req(timestamp),
      valid_until: timestamp,
      kill_chain_phases: killChainPhases,
    },
    rules: [inOrder("valid_from", "valid_until", "4.7", true), domainRules.pattern, domainRules.indicatorNamed],
  },
  infrastructure: {
    section: "4.8",
    properties: {
      ...named,
      infrastructure_types: vocabularies(infrastructureType),
      aliases: strings,
      kill_chain_phases: killChainPhases,
      ...seen,
    },
    rules: [inOrder("first_seen", "last_seen", "4.8")],
  },
  "intrusion-set": {
    section: "4.9",
    properties: { ...named, aliases: strings, ...seen, ...motivated },
    rules: [inOrder("first_seen", "last_seen", "4.9")],
  },
  location: {
    section: "4.10",
    properties: {
      name: string,
      description: string,
      latitude: { kind: "number", min: -90, max: 90 },
      longitude: { kind: "number", min: -180, max: 180 },
      precision: { kind: "number", min: 0, max: Number.MAX_VALUE },
      region: vocabulary(region),
      country: form(domainRules.country),
      administrative_area: form(domainRules.area),
      city: string,
      street_address: string,
      postal_code: string,
    },
    rules: domainRules.location,
  },
  malware: {
    section: "4.11",
    properties: {
      name: string,
      description: string,
      malware_types: vocabularies(malwareType),
      is_family: req(boolean),
      aliases: strings,
      kill_chain_phases: killChainPhases,
      ...seen,
      operating_system_refs: refsTo("software"),
      architecture_execution_envs: vocabularies(processorArchitecture),
      implementation_languages: vocabularies(implementationLanguage),
      capabilities: vocabularies(malwareCapabilities),
      sample_refs: refsTo("file", "artifact"),
    },
    rules: [inOrder("first_seen", "last_seen", "4.11"), domainRules.family],
  },
  "malware-analysis": {
    section: "4.12",
    properties: {
      product: req(form(domainRules.product)),
      version: string,
      host_vm_ref: refTo("software"),
      operating_system_ref: refTo("software"),
      installed_software_refs: refsTo("software"),
      configuration_version: string,
      modules: strings,
      analysis_engine_version: string,
      analysis_definition_version: string,
      submitted: timestamp,
      analysis_started: timestamp,
      analysis_ended: timestamp,
      result_name: string,
      result: vocabulary(malwareResult),
      analysis_sco_refs: scoRefs,
      sample_ref: refTo("file", "artifact", "network-traffic"),
    },
    rules: [domainRules.analysed],
  },
  note: {
    section: "4.13",
    properties: { abstract: string, content: req(string), authors: strings, object_refs: req(anyRefs) },
  },
  "observed-data": {
    section: "4.14",
    properties: {
      first_observed: req(timestamp),
      last_observed: req(timestamp),
      number_observed: req(range(1, 999_999_999)),
      // The container's objects are read by a rule: their references stay within it.
      objects: any,
      object_refs: list(ref({ kinds: ["sco", "sro"] })),
    },
    rules: [inOrder("first_observed", "last_observed", "4.14"), ...domainRules.observed],
  },
  opinion: {
    section: "4.15",
    properties: { explanation: string, authors: strings, opinion: req(vocabulary(opinion)), object_refs: req(anyRefs) },
  },
  report: {
    section: "4.16",
    properties: {
      ...named,
      report_types: vocabularies(reportType),
      published: req(timestamp),
      object_refs: req(anyRefs),
    },
  },
  "threat-actor": {
    section: "4.17",
    properties: {
      ...named,
      threat_actor_types: vocabularies(threatActorType),
      aliases: strings,
      ...seen,
      roles: vocabularies(threatActorRole),
      ...motivated,
      sophistication: vocabulary(threatActorSophistication),
      personal_motivations: vocabularies(attackMotivation),
    },
    rules: [inOrder("first_seen", "last_seen", "4.17")],
  },
  tool: {
    section: "4.18",
    properties: {
      ...named,
      tool_types: vocabularies(toolType),
      aliases: strings,
      kill_chain_phases: killChainPhases,
      tool_version: string,
    },
  },
  vulnerability: { section: "4.19", properties: named, rules: [domainRules.cve] },
};
