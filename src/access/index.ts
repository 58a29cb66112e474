/**
 * access: who is calling, and the record of what they did. Officers, their roles for a unit and a time, passkeys,
 * organisations' sign-in, sessions, tokens; what each role may do is one table; the audit is a log that shows tampering.
 * Whether a record may be read or leave is policy's and the safeguards' to say.
 */
export { type Audit, createAudit, type Noted } from "./audit.ts";
export {
  type AuditFault,
  type AuditReading,
  type AuditVerdict,
  createAuditReading,
  type ReadEntry,
} from "./audit-reader.ts";
export { AccessError, type AccessErrorCode } from "./errors.ts";
export type { Whence } from "./guard.ts";
export type { OidcProvider } from "./oidc.ts";
export type { RelyingParty } from "./passkeys.ts";
export { type OfficerViewer, requirePermission } from "./require.ts";
export {
  ALL_PERMISSIONS,
  ALL_SCOPES,
  PERMISSIONS,
  type Permission,
  permits,
  type Scope,
  SCOPES,
  standing,
  STEP_UP,
} from "./rules.ts";
export { type Access, createAccess, type NewGrant, type NewOfficer } from "./service.ts";
export { isRecent, type SignedIn } from "./sessions.ts";
export { type WhoCan, whoCan } from "./who-can.ts";
