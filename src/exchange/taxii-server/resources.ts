import type { Instant } from "#base";
import { STIX_MEDIA_TYPE, TAXII_MEDIA_TYPE } from "./media-type.ts";
import type { AddOutcome, CollectionInfo, ItemsPage, ObjectsPage, RootInfo, StatusDetail } from "./port.ts";

/** §4.2. */
export const rootResource = ({ title, description }: RootInfo, maxContentLength: number): object => ({
  title,
  ...(description === null ? {} : { description }),
  versions: [TAXII_MEDIA_TYPE],
  max_content_length: maxContentLength,
});

/** §5.2. */
export const collectionResource = ({ id, title, description, alias, canRead, canWrite }: CollectionInfo): object => ({
  id,
  title,
  ...(description === "" ? {} : { description }),
  ...(alias === null ? {} : { alias }),
  can_read: canRead,
  can_write: canWrite,
  media_types: [STIX_MEDIA_TYPE],
});

/** §4.3: every object is done when the answer goes out, so nothing is ever pending. */
export function statusResource({ id, at, successes, failures }: AddOutcome): object {
  const details = (list: readonly StatusDetail[]): object[] =>
    list.map((detail) => ({ ...detail, version: versionText(detail.version) }));
  return {
    id,
    status: "complete",
    request_timestamp: at,
    total_count: successes.length + failures.length,
    success_count: successes.length,
    ...(successes.length === 0 ? {} : { successes: details(successes) }),
    failure_count: failures.length,
    ...(failures.length === 0 ? {} : { failures: details(failures) }),
    pending_count: 0,
  };
}

/** STIX has versions in milliseconds as a rule; further digits are shown where there are any. */
const versionText = (version: Instant): string => version.replace(/000Z$/, "Z");

/** §3.7: an envelope round texts that are not touched. Empty, it is `{}`. */
export function envelopeBytes({ count, bodies }: ObjectsPage, mark: string | null): Uint8Array {
  const paging = mark === null ? "" : `"more":true,"next":${JSON.stringify(mark)}`;
  if (count === 0) return Buffer.from(`{${paging}}`);
  const parts: Uint8Array[] = [Buffer.from(`{${paging}${paging === "" ? "" : ","}"objects":[`)];
  for (const [n, body] of bodies.entries()) {
    if (n > 0) parts.push(Buffer.from(","));
    parts.push(body);
  }
  parts.push(Buffer.from("]}"));
  return Buffer.concat(parts);
}

const paged = (mark: string | null): object => (mark === null ? {} : { more: true, next: mark });

/** §5.3. */
export const manifestResource = ({ items }: ItemsPage, mark: string | null): object => ({
  ...paged(mark),
  ...(items.length === 0
    ? {}
    : {
        objects: items.map(({ id, version, dateAdded }) => ({
          id,
          date_added: dateAdded,
          version: versionText(version),
          media_type: STIX_MEDIA_TYPE,
        })),
      }),
});

/** §5.7. */
export const versionsResource = ({ items }: ItemsPage, mark: string | null): object => ({
  ...paged(mark),
  ...(items.length === 0 ? {} : { versions: items.map(({ version }) => versionText(version)) }),
});
