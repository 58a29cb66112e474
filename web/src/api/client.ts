import createClient from "openapi-fetch";
import type { components, paths } from "./types.gen.ts";

export type Schemas = components["schemas"];
export type Problem = Schemas["Problem"];

export const api = createClient<paths>({ baseUrl: "/api/v1" });

/** A refusal or failure in the API's own words. */
export class ApiProblem extends Error {
  readonly problem: Problem;
  constructor(problem: Problem) {
    super(problem.title);
    this.problem = problem;
  }
}

const unreachable: Problem = {
  type: "urn:entente:problem:web:unreachable",
  title: "This node does not answer.",
  status: 0,
  code: "unreachable",
  where: null,
  fix: "Check that it runs and that this computer reaches it. What you typed is still here.",
};

/** The data of a call, or its problem thrown. */
export async function ask<T>(call: Promise<{ data?: T; error?: unknown }>): Promise<T> {
  let result: { data?: T; error?: unknown };
  try {
    result = await call;
  } catch {
    throw new ApiProblem(unreachable);
  }
  if (result.data !== undefined) return result.data;
  throw new ApiProblem(isProblem(result.error) ? result.error : unreachable);
}

export function isProblem(value: unknown): value is Problem {
  return typeof value === "object" && value !== null && "title" in value && "code" in value;
}

export function problemOf(error: unknown): Problem {
  if (error instanceof ApiProblem) return error.problem;
  return {
    ...unreachable,
    title: error instanceof Error ? error.message : String(error),
    code: "unexpected",
    fix: null,
  };
}
