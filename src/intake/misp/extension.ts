import { isJsonObject, type JsonObject } from "#base";
import { z } from "zod";

/** The extension-definition of what a MISP import carries beside the STIX that it was read into. */
export const MISP_EXTENSION_ID = "extension-definition--a2f3c1d4-7b58-4e0e-9c36-5d1e8f4b7a90";

const text = z.string().min(1);

export const mispExtensionSchema = z.strictObject({
  extension_type: z.literal("property-extension"),
  misp_kind: z.enum(["event", "attribute", "object", "organisation"]).describe("What the record was in MISP."),
  original: text.describe("Its JSON in MISP's core format, as text, to the letter of its values."),
  as_of: text.describe("The record's `modified` when it was read: a later one has been changed here since."),
  within: text.optional().describe("UUID of the MISP object that the attribute belongs to."),
  data_ref: text.optional().describe("The artifact that holds the attribute's data, which `original` then lacks."),
});

export type MispOriginal = z.infer<typeof mispExtensionSchema>;

/** What the record was in MISP, when it was read from there and has not been changed since. */
export function originalOf(object: JsonObject): MispOriginal | null {
  const { extensions } = object;
  if (!isJsonObject(extensions)) return null;
  const parsed = mispExtensionSchema.safeParse(extensions[MISP_EXTENSION_ID]);
  return parsed.success && parsed.data.as_of === object["modified"] ? parsed.data : null;
}
