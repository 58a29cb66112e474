import { z } from "zod";

const text = z.string().min(1);
const identity = z.string().regex(/^identity--[0-9a-f-]{36}$/);

/** What Entente's property extension of marking-definition says, for others to read: `readMarking` is what obeys it. */
export const handlingExtensionSchema = z.strictObject({
  extension_type: z.literal("property-extension"),
  originator: identity.describe("The party whose record it is."),
  releasable_to: z
    .array(identity)
    .optional()
    .describe("The parties that it may go to. Absent: to none; national only."),
  no_onward: z.boolean().optional().describe("A recipient does not pass it on."),
  purposes: z.array(text).optional().describe("What a recipient may use it for. Absent: the originator says nothing."),
  evidence_use: z.enum(["allowed", "with-consent", "forbidden"]).optional(),
  caveats: z.array(text).optional().describe("What a recipient must keep to, in words."),
  review_by: text.optional().describe("When keeping it must be looked at again (RFC 3339)."),
  expires: text.optional().describe("When its text must be gone (RFC 3339)."),
  foreign_codes: z
    .array(z.strictObject({ scheme: text, code: text }))
    .optional()
    .describe("Codes of other schemes, as they came."),
});
