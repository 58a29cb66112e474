import { z } from "zod";

/** Directive (EU) 2016/680 art. 6 keeps these apart; a record in which several stand names the one most at risk. */
export const CATEGORIES = ["suspect", "convict", "victim", "witness", "other"] as const;
export const AGES = ["child", "adult", "unknown"] as const;
/** Art. 7(1): personal data based on facts are kept apart from those based on personal assessments. */
export const NATURES = ["fact", "assessment"] as const;

const short = (most: number) => z.string().min(1).max(most);

/** What the drafter says of one record of a release. Codes of evaluation are kept as they came, whatever scheme they are of. */
export const itemFactsSchema = z.strictObject({
  category: z.enum(CATEGORIES).optional(),
  age: z.enum(AGES).optional(),
  nature: z.enum(NATURES).optional(),
  evaluation: z
    .strictObject({ scheme: short(200), source: z.string().max(100), information: z.string().max(100) })
    .optional(),
  caveats: z.array(short(1000)).max(50).optional(),
});

export type RecordFacts = z.infer<typeof itemFactsSchema>;

/** What was kept of a release's item. A text from before these facts were asked for says nothing. */
export function readFacts(text: string): RecordFacts {
  return itemFactsSchema.parse(JSON.parse(text));
}
