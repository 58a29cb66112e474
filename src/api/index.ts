/**
 * api: HTTP for people. One schema gives the types, the validation and the OpenAPI document; errors are problem+json; what an
 * officer may not read is not there.
 */
export { createApp, serveApp, type WebServer } from "./app.ts";
export type { ApiDeps } from "./context.ts";
