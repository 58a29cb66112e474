import type { Context } from "hono";
import { HTTPException } from "hono/http-exception";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { CodedError } from "#base";

/** Codes that are not simply a bad request. One table, for every room's errors. */
const STATUS: Readonly<Record<string, ContentfulStatusCode>> = {
  "session-invalid": 401,
  "link-invalid": 401,
  "sign-in-refused": 401,
  "passkey-refused": 401,
  "oidc-refused": 401,
  "token-invalid": 401,
  "sign-in-locked": 429,
  "too-many": 429,
  "too-large": 413,
  "step-up-required": 403,
  "token-scope": 403,
  "roles-conflict": 409,
  "ceremony-over": 409,
  "oidc-unknown": 404,
  "grant-unknown": 404,
  "audit-unwritten": 503,
  forbidden: 403,
  "same-officer": 403,
  "not-found": 404,
  "release-unknown": 404,
  "channel-unknown": 404,
  "officer-unknown": 404,
  "consent-unknown": 404,
  "record-unknown": 404,
  "consent-state": 409,
  "consent-second-officer": 403,
  "consent-not-ours": 422,
  "state-unknown": 404,
  "source-unknown": 404,
  "subject-unknown": 404,
  "subject-ambiguous": 409,
  "state-not-held": 409,
  "join-incomplete": 409,
  "record-refused": 422,
  "dialogue-unknown": 404,
  "record-changed": 409,
  "record-closed": 409,
  "guideline-fixed": 409,
  "guideline-missing": 422,
  "not-verified": 422,
  "span-mismatch": 422,
  "origin-mismatch": 422,
  "risk-unknown": 404,
  "assurance-unknown": 404,
  "hold-unknown": 404,
  "redress-unknown": 404,
  "error-unknown": 404,
  "risk-state": 409,
  "redress-state": 409,
  "error-state": 409,
  "escalation-none": 422,
  "release-state": 409,
  "already-paired": 409,
  "officer-exists": 409,
  "channel-inactive": 409,
  "release-refused": 422,
  "release-empty": 422,
  "fingerprint-differs": 422,
  "nothing-to-recall": 422,
};

/** RFC 9457 problem details, with where it happened and what to do next. */
export function problem(c: Context, error: unknown, onError: (error: unknown) => void): Response {
  if (error instanceof CodedError) {
    const status = STATUS[error.code] ?? 400;
    const wait = error.detail?.["retryAfter"];
    if (status === 429 && typeof wait === "number") c.header("retry-after", String(wait));
    const body = {
      type: `urn:entente:problem:${error.room}:${error.code}`,
      title: error.message,
      status,
      code: error.code,
      where: error.where ?? null,
      fix: error.fix ?? null,
    };
    return c.json(body, status, { "content-type": "application/problem+json" });
  }
  // What the HTTP library itself refuses: a body that is no JSON.
  if (error instanceof HTTPException && error.status < 500) {
    const body = {
      type: "urn:entente:problem:api:request-invalid",
      title: error.message,
      status: error.status,
      code: "request-invalid",
      where: "body",
      fix: "See /api/v1/openapi.json.",
    };
    return c.json(body, error.status, { "content-type": "application/problem+json" });
  }
  onError(error);
  const body = {
    type: "urn:entente:problem:internal",
    title: "Something failed on this node; nothing was changed.",
    status: 500,
    code: "internal",
    where: null,
    fix: "Try again. If it stays, the administrator finds more in the node's log.",
  };
  return c.json(body, 500, { "content-type": "application/problem+json" });
}
