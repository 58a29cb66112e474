import type { Instant } from "#base";
import type { Assurance, Reader, Release, ReleaseItem } from "#store";
import { SafeguardError } from "./errors.ts";
import { itemFactsSchema, readFacts, type RecordFacts } from "./person.ts";
import { reviewRisks, risksOf, type RiskWorld } from "./risk.ts";

/** What is known of the recipient's risks; `null` when nothing is, and no test need be made. */
export async function riskWorld(r: Reader, { id, recipient }: Release, now: Instant): Promise<RiskWorld | null> {
  const risks = risksOf(await r.safeguards.risks(), recipient, now);
  if (risks.length === 0) return null;
  const [assurances, decisions] = [await r.safeguards.assurances(recipient), await r.safeguards.riskDecisions(id)];
  return { release: id, recipient, now, risks, assurances, decisions };
}

/** The items that concern a person: by what the record is, by what it refers to, or because the drafter says so. */
export async function personsIn(
  r: Reader,
  items: readonly ReleaseItem[],
  world: RiskWorld | null,
): Promise<ReadonlySet<string>> {
  if (world === null) return new Set();
  const found = new Set(await r.safeguards.concernPersons(items.map(({ recordId }) => recordId)));
  for (const { recordId, facts } of items) if (readFacts(facts).category !== undefined) found.add(recordId);
  return found;
}

/** What a correction carries when it follows a release by itself, and which records the real-risk test now keeps back. */
export interface Following {
  readonly barred: ReadonlySet<string>;
  readonly facts: ReadonlyMap<string, RecordFacts>;
  readonly assurances: readonly Assurance[];
}

/** The world may have changed since the release was approved: the test is made again for what follows it. */
export async function followingOf(
  r: Reader,
  release: Release,
  recordIds: readonly string[],
  now: Instant,
): Promise<Following> {
  const items = (await r.releases.items(release.id)).filter(({ recordId }) => recordIds.includes(recordId));
  const facts = new Map(items.map((item) => [item.recordId, readFacts(item.facts)]));
  const world = await riskWorld(r, release, now);
  if (world === null) return { barred: new Set(), facts, assurances: [] };
  const persons = await personsIn(r, items, world);
  const barred = new Set<string>();
  const going: { recordId: string; facts: RecordFacts }[] = [];
  for (const recordId of recordIds) {
    if (!persons.has(recordId)) continue;
    const said = facts.get(recordId) ?? {};
    const { refused, escalated } = reviewRisks({ record: recordId, facts: said }, world);
    if (refused.length + escalated.length > 0) barred.add(recordId);
    else going.push({ recordId, facts: said });
  }
  return { barred, facts, assurances: reliedOn(going, world) };
}

/** The assurances without which these items would not go. */
export function reliedOn(
  items: readonly { readonly recordId: string; readonly facts: RecordFacts }[],
  world: RiskWorld,
): readonly Assurance[] {
  const relied = new Map<string, Assurance>();
  for (const { recordId, facts } of items)
    for (const item of reviewRisks({ record: recordId, facts }, world).assurances) relied.set(item.id, item);
  return [...relied.values()];
}

/** @throws SafeguardError `facts-invalid` for what is not in the draft or not well said. */
export function factsOf(
  facts: Readonly<Record<string, RecordFacts>>,
  records: readonly string[],
): ReadonlyMap<string, string> {
  const out = new Map<string, string>();
  for (const [record, said] of Object.entries(facts)) {
    const parsed = itemFactsSchema.safeParse(said);
    if (!parsed.success || !records.includes(record)) {
      throw new SafeguardError(
        "facts-invalid",
        parsed.success ? `${record} is not in this release` : (parsed.error.issues[0]?.message ?? "not well said"),
        { where: `facts/${record}`, fix: "See category, age, nature, evaluation and caveats in the documentation." },
      );
    }
    out.set(record, JSON.stringify(parsed.data));
  }
  return out;
}
