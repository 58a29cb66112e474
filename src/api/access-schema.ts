import { z } from "@hono/zod-openapi";
import { ALL_SCOPES } from "#access";
import { ROLES } from "#policy";

/** What the API says of officers, how they sign in, and what they did. */
const instant = z.string();
const role = z.enum(ROLES);

/** An answer of an authenticator, as the browser gives it (WebAuthn level 3 §5.1); verified, never trusted. */
const credential = z.record(z.string(), z.unknown());

export const askedSchema = z
  .object({ ceremony: z.string(), options: z.record(z.string(), z.unknown()) })
  .openapi("Ceremony");

export const answerSchema = z.object({ ceremony: z.string().max(100), response: credential }).openapi("CeremonyAnswer");

export const registrationSchema = z
  .object({ ceremony: z.string().max(100), name: z.string().max(100), response: credential })
  .openapi("PasskeyRegistration");

export const waysSchema = z
  .object({ passkey: z.boolean(), oidc: z.array(z.object({ name: z.string(), title: z.string() })) })
  .openapi("SignInWays");

const sessionRowSchema = z
  .object({
    id: z.string(),
    createdAt: instant,
    seenAt: instant,
    expires: instant,
    method: z.enum(["link", "passkey", "recovery", "oidc"]),
    address: z.string(),
    agent: z.string(),
    current: z.boolean(),
  })
  .openapi("SignedInSession");

export const sessionsSchema = z.object({ sessions: z.array(sessionRowSchema) }).openapi("Sessions");

const tokenSchema = z
  .object({
    id: z.string(),
    officer: z.string(),
    name: z.string(),
    scopes: z.array(z.string()),
    createdAt: instant,
    expires: instant,
    lastUsedAt: instant.nullable(),
    endedAt: instant.nullable(),
  })
  .openapi("ApiToken");

export const newTokenSchema = z
  .object({ name: z.string().min(1).max(200), scopes: z.array(z.enum(ALL_SCOPES)).min(1).max(10), expires: z.string() })
  .openapi("NewApiToken");

export const madeTokenSchema = z.object({ token: z.string(), kept: tokenSchema }).openapi("MadeApiToken");

export const securitySchema = z
  .object({
    passkeys: z.array(
      z.object({
        id: z.string(),
        name: z.string(),
        backedUp: z.boolean(),
        createdAt: instant,
        lastUsedAt: instant.nullable(),
      }),
    ),
    recoveryCodes: z.int(),
    recent: z.boolean(),
    sessions: z.array(sessionRowSchema),
    history: z.array(z.object({ at: instant, verb: z.string(), detail: z.string() })),
    tokens: z.array(tokenSchema),
    scopes: z.array(z.object({ scope: z.string(), words: z.string() })),
  })
  .openapi("MySecurity");

const grantSchema = z
  .object({
    id: z.string(),
    role,
    unit: z.string(),
    from: instant,
    until: instant.nullable(),
    grantedBy: z.string(),
    grantedAt: instant,
    endedAt: instant.nullable(),
  })
  .openapi("RoleGrant");

export const officerSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    email: z.string(),
    unit: z.string(),
    roles: z.array(role),
    grants: z.array(grantSchema),
    createdAt: instant,
    disabledAt: instant.nullable(),
  })
  .openapi("Officer");

export const newGrantSchema = z
  .object({ role, unit: z.string().max(200), from: z.string().nullable(), until: z.string().nullable() })
  .openapi("NewRoleGrant");

export const newOfficerSchema = z
  .object({
    name: z.string().min(1).max(300),
    email: z.string().max(320),
    unit: z.string().max(200),
    grants: z.array(newGrantSchema).min(1).max(9),
  })
  .openapi("NewOfficer");

export const whoCanSchema = z
  .object({
    roles: z.array(role),
    permissions: z.array(
      z.object({
        permission: z.string(),
        words: z.string(),
        roles: z.array(role),
        stepUp: z.boolean(),
        scopes: z.array(z.string()),
      }),
    ),
    reading: z.array(z.object({ record: z.string(), roles: z.array(role) })),
  })
  .openapi("WhoCan");

const entrySchema = z
  .object({
    seq: z.int(),
    at: instant,
    actor: z.string(),
    actorId: z.string(),
    verb: z.string(),
    subject: z.string(),
    detail: z.string(),
    term: z.string().nullable(),
    position: z.int().nullable(),
  })
  .openapi("AuditEntry");

export const auditSchema = z.object({ entries: z.array(entrySchema) }).openapi("Audit");

export const auditVerdictSchema = z
  .object({
    verified: z.boolean(),
    size: z.int(),
    waiting: z.int(),
    root: z.string(),
    checkpoint: z.string().nullable(),
    faults: z.array(z.object({ kind: z.string(), position: z.int().nullable(), message: z.string() })),
  })
  .openapi("AuditVerdict");
