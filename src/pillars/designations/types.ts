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
  subject_kind: z.enum(["person", "organization", "vessel", "aircraft", "unspecified"]).optional(),
  aliases: z
    .array(
      z.looseObject({
        name: text,
        kind: text,
        quality: text.optional(),
        script: text.optional(),
        language: text.optional(),
      }),
    )
    .optional(),
  /** First and last possible day; without them, only the list's words are known. */
  births: z
    .array(
      z.looseObject({
        precision: z.enum(["exact", "approximate", "between"]),
        from: z.iso.date().optional(),
        to: z.iso.date().optional(),
        calendar: z.literal("hijri").optional(),
        text,
      }),
    )
    .optional(),
  identifiers: z.array(z.looseObject({ kind: text, value: text, country: text.optional() })).optional(),
  places: z.array(z.looseObject({ text, country: text.optional() })).optional(),
  relations: z.array(z.looseObject({ kind: text, key: text.optional(), name: text.optional() })).optional(),
  /** Keys on other lists that this list itself gives for the same subject. */
  other_keys: z.array(text).optional(),
  /** What the list holds beyond these, by its own names, as it came. */
  as_listed: z.looseObject({}).optional(),
});
