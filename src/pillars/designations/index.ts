/**
 * designations: who lists which group or person, where, since when, under which law. Its record types, and the lists of the
 * United States (OFAC) and the United Nations as intake's loaders.
 */
import type { Loader } from "#intake";
import { loaderOf } from "./formats/format.ts";
import { ofacCsv } from "./formats/ofac-csv.ts";
import { unXml } from "./formats/un-xml.ts";

export type { Address, Alias, Birth, Entry, Identifier, Relation, SubjectClass, SubjectKind } from "./entry.ts";
export { DESIGNATION_EXTENSION_ID, designationType, SUBJECT_EXTENSION_ID, subjectExtensionSchema } from "./types.ts";

export const ofacLoader: Loader = loaderOf(ofacCsv);
export const unLoader: Loader = loaderOf(unXml);
