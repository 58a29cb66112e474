/**
 * intake: what comes in from files. Loaders (a port that pillars fill) find objects in a stream; the service keeps them in
 * whole batches, with progress, a way to stop, and a list of what could not be read.
 */
export { IntakeError, type IntakeErrorCode } from "./errors.ts";
export type { LoadContext, Loaded, Loader, Source } from "./loader.ts";
export { createIntake, type ImportRequest, type Intake } from "./service.ts";
export { stixLoader } from "./stix-loader.ts";
export { exportEvents } from "./misp/export.ts";
export { MISP_EXTENSION_ID, mispExtensionSchema } from "./misp/extension.ts";
export { mispLoader } from "./misp/loader.ts";
