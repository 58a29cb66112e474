/**
 * node: composition. The folder of a node with its configuration and keys, and the one place where services are wired.
 */
export { type Config, configSchema } from "./config/config.ts";
export { type Env, readEnv } from "./config/env.ts";
export { type BackupManifest, declareRestored, makeBackup, restoreBackup, type RestoredNode } from "./backup.ts";
export { createHome, type Home, keysAreSealed, openHome, writeConfig, writeKeys } from "./config/home.ts";
export { changeKeys, forgetKeys, type KeyChange } from "./change-keys.ts";
export { NodeError, type NodeErrorCode } from "./errors.ts";
export { type EntenteNode, type NodeOptions, openNode } from "./open-node.ts";
