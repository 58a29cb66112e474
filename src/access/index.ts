/**
 * access: who is calling. Officers and their roles, the one-time sign-in link, sessions; what each role may do is one
 * table. Whether a record may be read or leave is policy's and the safeguards' to say.
 */
export { AccessError, type AccessErrorCode } from "./errors.ts";
export { PERMISSIONS, permits, type Permission } from "./rules.ts";
export { type Access, createAccess, type NewOfficer, type OfficerViewer, requirePermission } from "./service.ts";
