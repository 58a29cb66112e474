import { z } from "zod";
import { defineType, fieldText, type RecordType } from "#stix";

/** The extension-definition that publishes `designation`, a new SDO (STIX 2.1 §7.3). */
export const DESIGNATION_EXTENSION_ID = "extension-definition--8c7a9a4e-5d0b-4f0e-9b43-0f0d1f7f6a21";

/** The property extension of `identity` for a listed subject: what a list says of it that STIX has no property for. */
export const SUBJECT_EXTENSION_ID = "extension-definition--2f1d6b1c-4a53-4a0f-8d0a-9c5d2b7e3f64";

const text = z.string().min(1);

/** One act of listing: which authority, on which list, under which reference and programme, about whom, since when. */
export const designationType: RecordType = defineType({
  name: "designation",
  kind: "sdo",
  title: "Designation",
  extensionId: DESIGNATION_EXTENSION_ID,
  schema: z.looseObject({
    name: text,
    authority: text,
    list: text,
    list_reference: text,
    programmes: z.array(text).optional(),
    legal_basis: text.optional(),
    /** A date, only where the list itself says it. */
    listed_on: z.string().optional(),
    amended_on: z.array(z.string()).optional(),
    subject_ref: text,
    source_name: text,
    remarks: text.optional(),
  }),
  summary: (object) =>
    `${fieldText(object, "name")} — ${fieldText(object, "authority")}, ${fieldText(object, "list_reference")}`,
  // The subject may be a person; without looking there, an act of listing is handled as if it were about one.
  aboutPerson: (object) => object["subject_class"] !== "organization",
});

/** What a list says of the one that it names, in the property extension of an identity. */
export const subjectExtensionSchema = z.looseObject({
  extension_type: z.literal("property-extension"),
  /** The list's own stable key. */
  list_key: text,
  aliases: z.array(z.looseObject({ name: text, kind: text, quality: text.optional() })).optional(),
});
