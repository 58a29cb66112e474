import { createRoute, type OpenAPIHono, type RouteConfig, z } from "@hono/zod-openapi";
import type { Context, Hono } from "hono";
import type { Clock } from "#base";
import {
  type Noted,
  type Access,
  type Audit,
  type AuditReading,
  type OfficerViewer,
  type Permission,
  requirePermission,
} from "#access";
import type { Exchange, Self } from "#exchange";
import type { Intake } from "#intake";
import type { Registry } from "#pillars/designations";
import type { Dialogues } from "#pillars/dialogues";
import type { ErrorReports, Redress, Retention, Risks, Safeguards } from "#safeguards";
import type { Officer, Reader, SessionRow, Store } from "#store";
import type { Limit } from "./rate-limit.ts";
import { problemSchema } from "./schema.ts";

/** What the API needs of the house, and no more. */
export interface ApiDeps {
  readonly store: Store;
  readonly self: Self;
  readonly clock: Clock;
  readonly access: Access;
  readonly audit: Audit;
  readonly auditReading: AuditReading;
  /** How officers reach this node. */
  readonly web: {
    readonly host: string;
    readonly url?: string | undefined;
    readonly forwarded?: boolean | undefined;
    readonly limit?: Limit | undefined;
  };
  readonly safeguards: Safeguards;
  readonly risks: Risks;
  readonly retention: Retention;
  readonly redress: Redress;
  readonly errorReports: ErrorReports;
  readonly intake: Intake;
  readonly lists: Registry;
  readonly exchange: Exchange;
  readonly dialogues: Dialogues;
  /** Something was put in the outbox. */
  readonly wake: () => void;
  /** Calls back after anything changed by the link; gives a way to stop listening. */
  readonly subscribe: (listener: (kind: string) => void) => () => void;
  readonly onError: (error: unknown) => void;
  /** The folder of the built workbench, or `null`. */
  readonly webRoot: string | null;
  readonly version: string;
  /** The TAXII server, for other parties' tools; `null`: it is served elsewhere. */
  readonly taxii?: Hono | null;
}

/** A read that a route names itself. */
export interface NotedRead extends Noted {
  /** Whether a person's data are in the answer: then it waits until the note is on disk. */
  readonly person: boolean;
}

export interface Env {
  Variables: {
    viewer: OfficerViewer;
    officer: Officer;
    session: string;
    /** `null` for a token. */
    entry: SessionRow | null;
    /** What the answer shows, for the audit. */
    reads: NotedRead[];
    /** Of the page's policy, one for each answer. */
    secureHeadersNonce?: string;
  };
}

export type Api = OpenAPIHono<Env>;

type Json<T extends z.ZodType> = { content: { "application/json": { schema: T } }; description: string };
const json = <T extends z.ZodType>(schema: T, description: string): Json<T> => ({
  content: { "application/json": { schema } },
  description,
});

interface RouteInput<
  P extends string,
  R extends z.ZodType,
  B extends z.ZodType | undefined,
  Q extends z.ZodObject | undefined,
  A extends z.ZodObject | undefined,
> {
  readonly method: "get" | "post" | "put" | "delete";
  readonly path: P;
  readonly summary: string;
  readonly response: R;
  readonly body?: B;
  readonly query?: Q;
  readonly params?: A;
}

/** One route with its JSON answer and the problem that may come instead. */
export function route<
  P extends string,
  R extends z.ZodType,
  B extends z.ZodType | undefined = undefined,
  Q extends z.ZodObject | undefined = undefined,
  A extends z.ZodObject | undefined = undefined,
>(input: RouteInput<P, R, B, Q, A>) {
  const { method, path, summary, response, body, query, params } = input;
  return createRoute({
    method,
    path,
    summary,
    request: {
      ...(body === undefined ? {} : { body: { required: true, content: { "application/json": { schema: body } } } }),
      ...(query === undefined ? {} : { query }),
      ...(params === undefined ? {} : { params }),
    } as {
      body: B extends z.ZodType ? { required: true; content: { "application/json": { schema: B } } } : never;
      query: Q extends z.ZodObject ? Q : never;
      params: A extends z.ZodObject ? A : never;
    },
    responses: {
      200: json(response, "done"),
      default: { content: { "application/problem+json": { schema: problemSchema } }, description: "refused or failed" },
    },
  } satisfies RouteConfig);
}

export const idParam = z.object({
  id: z
    .string()
    .max(300)
    .openapi({ param: { name: "id", in: "path" } }),
});

/** The officer who calls. @throws AccessError `forbidden` without the permission. */
export function viewerWith(c: Context<Env>, permission: Permission): OfficerViewer {
  const viewer = c.get("viewer");
  requirePermission(viewer, permission);
  return viewer;
}

export type PartyName = (id: string) => { readonly id: string; readonly name: string };

/** Parties by name, as this node knows them. */
export async function partyNames(r: Reader, self: Self): Promise<PartyName> {
  const names = new Map((await r.channels.list()).map((channel) => [channel.partner, channel.partnerName]));
  names.set(self.id, self.name);
  return (id) => ({ id, name: names.get(id) ?? id });
}
