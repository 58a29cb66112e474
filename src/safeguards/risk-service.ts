import { randomUUID } from "node:crypto";
import { type Clock, type Instant, instantOf } from "#base";
import { requirePermission } from "#access";
import type { PartyId, Viewer } from "#policy";
import type { Assurance, Reader, Release, Risk, RiskDecision, Store } from "#store";
import { allowed, officerOf } from "./act.ts";
import { SafeguardError } from "./errors.ts";
import { readFacts } from "./person.ts";
import { personsIn, riskWorld } from "./release-risk.ts";
import { type RiskKind, RISKS, plainReason, reviewRisks } from "./risk.ts";
import type { Reason } from "./reason.ts";

export interface RiskInput {
  readonly kind: RiskKind;
  /** ISO 3166-1 alpha-2, or empty. */
  readonly country: string;
  readonly parties: readonly PartyId[];
  readonly text: string;
  readonly source: string;
  readonly validFrom: Instant;
  readonly validUntil: Instant | null;
}

export interface AssuranceInput {
  readonly giver: PartyId;
  readonly text: string;
  readonly signatory: string;
  readonly givenOn: Instant;
  readonly validFrom: Instant;
  readonly validUntil: Instant | null;
  readonly risks: readonly RiskKind[];
  readonly records: readonly string[] | null;
}

/** What waits for the words of a legal and a senior officer, and the words said. */
export interface Escalation {
  readonly release: string;
  readonly title: string;
  readonly items: readonly { readonly recordId: string; readonly reasons: readonly Reason[] }[];
  readonly decisions: readonly RiskDecision[];
  /** Whose word is missing. */
  readonly waitsFor: readonly RiskDecision["capacity"][];
}

export interface Risks {
  /** The registry, with what has ended. */
  risks(viewer: Viewer): Promise<readonly Risk[]>;
  assurances(viewer: Viewer): Promise<readonly Assurance[]>;
  addRisk(actor: Viewer, input: RiskInput): Promise<Risk>;
  /** Says that a finding no longer holds. For torture two officers say so, the first of whom only proposes. */
  endRisk(actor: Viewer, id: string, reason: string): Promise<Risk>;
  addAssurance(actor: Viewer, input: AssuranceInput): Promise<Assurance>;
  withdrawAssurance(actor: Viewer, id: string, reason: string): Promise<Assurance>;
  escalation(viewer: Viewer, release: string): Promise<Escalation>;
  /** Drafts and submitted releases in which a record waits for these words. */
  escalations(viewer: Viewer): Promise<readonly Escalation[]>;
  decide(
    actor: Viewer,
    release: string,
    word: Pick<RiskDecision, "capacity" | "decision" | "reasons">,
  ): Promise<Escalation>;
}

const MAX_TEXT = 10_000;
const CAPACITIES = ["legal", "senior"] as const;

export function createRisks({ store, clock }: { readonly store: Store; readonly clock: Clock }): Risks {
  const now = (): Instant => instantOf(clock());

  return {
    async risks(viewer) {
      requirePermission(viewer, "content.read");
      return store.read(viewer, (r) => r.safeguards.risks());
    },

    async assurances(viewer) {
      requirePermission(viewer, "content.read");
      return store.read(viewer, (r) => r.safeguards.assurances());
    },

    addRisk: (actor, input) =>
      allowed(store, actor, "risk.write", async (t) => {
        requireTexts("risk-invalid", input.text, input.source);
        if (input.parties.length === 0 || !RISKS.includes(input.kind) || !/^([A-Z]{2})?$/.test(input.country)) {
          throw new SafeguardError(
            "risk-invalid",
            "a risk has a kind, the parties it concerns, and a country of two letters or none",
            {
              fix: `Kinds are: ${RISKS.join(", ")}.`,
            },
          );
        }
        requirePeriod("risk-invalid", input);
        const risk: Risk = {
          id: `risk--${randomUUID()}`,
          ...input,
          createdAt: now(),
          createdBy: officerOf(actor),
          endingBy: null,
          endedBy: null,
          endedAt: null,
          endReason: "",
        };
        await t.safeguards.saveRisk(risk);
        await t.audit.note("risk.add", risk.id, { kind: risk.kind });
        return risk;
      }),

    endRisk: (actor, id, reason) =>
      allowed(store, actor, "risk.write", async (t) => {
        requireTexts("risk-invalid", reason);
        await t.settings.lock(id);
        const risk = await t.safeguards.risk(id);
        if (risk === null) throw new SafeguardError("risk-unknown", `there is no risk ${id} in the registry`);
        if (risk.endedAt !== null) throw new SafeguardError("risk-state", "this finding is ended already");
        const officer = officerOf(actor);
        const reasons = risk.endReason === "" ? reason : `${risk.endReason}\n${reason}`;
        const second = risk.kind !== "torture" || risk.endingBy !== null;
        if (second && risk.kind === "torture" && risk.endingBy === officer) {
          throw new SafeguardError("same-officer", "you proposed this; another officer says the second word");
        }
        const ended: Risk = second
          ? { ...risk, endReason: reasons, endedBy: officer, endedAt: now() }
          : { ...risk, endReason: reasons, endingBy: officer };
        await t.safeguards.saveRisk(ended);
        await t.audit.note(second ? "risk.end" : "risk.propose-end", id, { kind: risk.kind });
        return ended;
      }),

    addAssurance: (actor, input) =>
      allowed(store, actor, "risk.write", async (t) => {
        requireTexts("assurance-invalid", input.text, input.signatory);
        requirePeriod("assurance-invalid", input);
        if (input.risks.length === 0 || input.risks.some((risk) => risk === "torture" || !RISKS.includes(risk))) {
          throw new SafeguardError(
            "assurance-invalid",
            "an assurance names the risks it answers; none answers torture",
            {
              fix: `Risks are: ${RISKS.filter((risk) => risk !== "torture").join(", ")}.`,
            },
          );
        }
        const assurance: Assurance = {
          id: `assurance--${randomUUID()}`,
          ...input,
          createdAt: now(),
          createdBy: officerOf(actor),
          withdrawnBy: null,
          withdrawnAt: null,
          withdrawReason: "",
        };
        await t.safeguards.saveAssurance(assurance);
        await t.audit.note("assurance.add", assurance.id, { risks: [...input.risks] });
        return assurance;
      }),

    withdrawAssurance: (actor, id, reason) =>
      allowed(store, actor, "risk.write", async (t) => {
        requireTexts("assurance-invalid", reason);
        await t.settings.lock(id);
        const known = await t.safeguards.assurance(id);
        if (known === null || known.withdrawnAt !== null)
          throw new SafeguardError("assurance-unknown", `there is no assurance ${id} in force`);
        const gone: Assurance = { ...known, withdrawnBy: officerOf(actor), withdrawnAt: now(), withdrawReason: reason };
        await t.safeguards.saveAssurance(gone);
        await t.audit.note("assurance.withdraw", id);
        return gone;
      }),

    async escalation(viewer, release) {
      requirePermission(viewer, "content.read");
      return store.read(viewer, async (r) => escalationOf(r, await releaseOf(r, release), now()));
    },

    async escalations(viewer) {
      requirePermission(viewer, "content.read");
      return store.read(viewer, async (r) => {
        const found: Escalation[] = [];
        for (const release of await r.releases.list({ states: ["draft", "submitted"], limit: 500 })) {
          // Without a basis it is refused, and there is nothing to weigh.
          if (release.legalBasis === null) continue;
          const escalation = await escalationOf(r, release, now());
          if (escalation.items.length > 0) found.push(escalation);
        }
        return found;
      });
    },

    decide: (actor, id, { capacity, decision, reasons }) =>
      allowed(store, actor, "risk.decide", async (t) => {
        requireTexts("risk-invalid", reasons);
        if (!CAPACITIES.includes(capacity) || (decision !== "allow" && decision !== "refuse"))
          throw new SafeguardError("risk-invalid", "a word is said as legal or senior, and is allow or refuse");
        await t.settings.lock(id);
        const release = await releaseOf(t, id);
        const officer = officerOf(actor);
        const said = await t.safeguards.riskDecisions(id);
        if (
          officer === release.createdBy ||
          said.some((word) => word.capacity !== capacity && word.officer === officer)
        ) {
          throw new SafeguardError("same-officer", "the drafter, the legal and the senior officer are three people", {
            fix: "Another officer says this word.",
          });
        }
        if (release.state !== "draft" && release.state !== "submitted")
          throw new SafeguardError("release-state", `this release is ${release.state}`);
        if (release.legalBasis === null) {
          throw new SafeguardError("release-refused", "a release without a legal basis is refused, not weighed", {
            where: "legal-basis",
            fix: "Its drafter names the instrument under which this may be given.",
          });
        }
        const covers = await weighedIn(t, release, now());
        if (covers.length === 0) {
          throw new SafeguardError("escalation-none", "nothing in this release waits for such a word", {
            fix: "See what the safeguards say of it: entente release show.",
          });
        }
        const word: RiskDecision = { release: id, capacity, decision, reasons, covers, officer, at: now() };
        await t.safeguards.addRiskDecision(word);
        await t.audit.note("risk.decide", id, { capacity, decision, covers: covers.length });
        return escalationOf(t, release, now());
      }),
  };
}

async function releaseOf(r: Reader, id: string): Promise<Release> {
  const release = await r.releases.get(id);
  if (release === null) throw new SafeguardError("release-unknown", `there is no release ${id}`);
  return release;
}

async function risksIn(r: Reader, release: Release, now: Instant) {
  const world = await riskWorld(r, release, now);
  if (world === null) return [];
  const items = await r.releases.items(release.id);
  const persons = await personsIn(r, items, world);
  return items
    .filter(({ recordId }) => persons.has(recordId))
    .map(({ recordId, facts }) => ({
      recordId,
      answer: reviewRisks({ record: recordId, facts: readFacts(facts) }, world),
    }));
}

async function weighedIn(r: Reader, release: Release, now: Instant): Promise<RiskDecision["covers"]> {
  const items = await risksIn(r, release, now);
  return items.flatMap(({ recordId, answer }) => answer.weighed.map((risk) => ({ record: recordId, risk })));
}

async function escalationOf(r: Reader, release: Release, now: Instant): Promise<Escalation> {
  const items = (await risksIn(r, release, now)).filter(({ answer }) => answer.escalated.length > 0);
  const decisions = await r.safeguards.riskDecisions(release.id);
  const covered = (capacity: RiskDecision["capacity"]): boolean => {
    const word = decisions.find((item) => item.capacity === capacity);
    return items.every(({ recordId, answer }) =>
      answer.escalated.every(({ risk }) => word?.covers.some((item) => item.record === recordId && item.risk === risk)),
    );
  };
  return {
    release: release.id,
    title: release.title,
    items: items.map(({ recordId, answer }) => ({
      recordId,
      reasons: answer.escalated.map(plainReason),
    })),
    decisions,
    waitsFor: items.length === 0 ? [] : CAPACITIES.filter((capacity) => !covered(capacity)),
  };
}

type InvalidCode = "risk-invalid" | "assurance-invalid";

function requireTexts(code: InvalidCode, ...texts: readonly string[]): void {
  if (texts.every((text) => text.trim() !== "" && text.length <= MAX_TEXT)) return;
  throw new SafeguardError(code, `a text is missing, or longer than ${MAX_TEXT} characters`);
}

function requirePeriod(
  code: InvalidCode,
  { validFrom, validUntil }: { readonly validFrom: Instant; readonly validUntil: Instant | null },
): void {
  if (validUntil !== null && validUntil <= validFrom)
    throw new SafeguardError(code, "it ends before it begins", { where: "validUntil" });
}
