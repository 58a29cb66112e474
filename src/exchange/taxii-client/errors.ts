import { CodedError } from "#base";

export type TaxiiErrorCode =
  /** The address may not be used: plain HTTP to another machine, another origin, or no URL. */
  | "address-refused"
  /** No answer: the name does not resolve, the connection broke, TLS failed. */
  | "connection"
  | "timeout"
  /** The caller's signal asked to stop. */
  | "stopped"
  /** The server sends the client elsewhere, to another origin or in a circle. */
  | "redirect-refused"
  | "media-type"
  | "body-too-large"
  | "body-malformed"
  /** 401 and 403. */
  | "not-authorised"
  /** 404: absent, or not to be seen by this caller. */
  | "not-found"
  /** 413. */
  | "content-too-large"
  /** 429 or 503, again after the attempts and the patience that were allowed. */
  | "busy"
  /** Any other error status. */
  | "refused"
  /** The pages do not come to an end, or do not get on. */
  | "paging"
  /** The server did not finish what was posted within the time allowed. */
  | "unfinished";

/** A failure of a TAXII exchange. What the server says of it (§3.6.1 error message) stands in the message and in `detail`. */
export class TaxiiError extends CodedError<TaxiiErrorCode> {
  readonly room = "exchange";
}
