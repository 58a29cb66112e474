import { CodedError } from "#base";

export type ExchangeErrorCode =
  | "invitation-malformed"
  | "invitation-own"
  | "invitation-expired"
  | "invitation-foreign"
  | "already-paired"
  | "channel-unknown"
  | "channel-inactive"
  | "fingerprint-differs"
  | "parcel-forged"
  | "parcel-misdirected"
  | "parcel-gap"
  | "parcel-fork"
  | "log-unproven"
  | "log-forked"
  | "cosignature-invalid"
  | "log-damaged"
  | "media-sealed"
  | "media-misdirected"
  | "media-malformed"
  | "message-malformed"
  | "link-failed"
  | "witness-failed"
  | "incident-unknown"
  | "nothing-to-recall"
  | "release-unknown"
  | "key-ended"
  | "key-revoked"
  | "keys-changing"
  | "feed-unknown"
  | "feed-exists"
  | "feed-invalid"
  | "feed-busy";

export class ExchangeError extends CodedError<ExchangeErrorCode> {
  readonly room = "exchange";
}
