import type { Role, Viewer } from "#policy";
import { AccessError } from "./errors.ts";
import { permits, PERMISSIONS, type Permission, scopesPermit, STEP_UP } from "./rules.ts";

export type OfficerViewer = Extract<Viewer, { kind: "officer" }>;

/**
 * The one question of who may do what. Everything that needs a permission asks here, in whatever room it stands.
 *
 * @param unit of the officer whom it concerns, where a role held for one unit reaches only that unit
 * @throws AccessError `forbidden` unless one of the officer's roles holds the permission; `token-scope` for a token that
 *   was not made for it; `step-up-required` when the officer has to prove first who they are.
 */
export function requirePermission(
  viewer: Viewer,
  permission: Permission,
  unit?: string,
): asserts viewer is OfficerViewer {
  if (viewer.kind !== "officer" || !permits(viewer.roles, permission)) {
    throw new AccessError("forbidden", `your roles do not include ${permission}`, {
      fix: "Ask the administrator, or an officer who holds the role.",
    });
  }
  const { entry } = viewer;
  if (entry?.by === "token" && (STEP_UP.includes(permission) || !scopesPermit(entry.scopes ?? [], permission))) {
    throw new AccessError("token-scope", `this token was not made for ${permission}`, {
      fix: STEP_UP.includes(permission)
        ? "No token is: sign in, and do it yourself."
        : "Make one with the scope that it needs, under My security.",
    });
  }
  if (unit !== undefined && !reaches(viewer, permission, unit)) {
    throw new AccessError("forbidden", "you hold this role for another unit", {
      fix: "Ask an officer who holds it for this unit, or for the whole party.",
    });
  }
  if (STEP_UP.includes(permission) && entry !== undefined && !entry.recent) {
    throw new AccessError("step-up-required", "before this, show again that it is you", {
      fix: "Confirm with your passkey or your organisation's sign-in, then do it again; nothing was lost.",
    });
  }
}

/** A role without units in the viewer is held for the whole party. */
function reaches({ roles, units = {} }: OfficerViewer, permission: Permission, unit: string): boolean {
  const holds = (role: Role): boolean => PERMISSIONS[role].includes(permission);
  return roles.some((role) => holds(role) && (units[role] === undefined || units[role].includes(unit)));
}
