import type { inferRouterOutputs } from "@trpc/server";
import type { AppRouter } from "#server/api/root.ts";
import type { Permission } from "#server/domain/access/rules.ts";
import { PERMISSIONS } from "#server/domain/access/rules.ts";

export type Role = inferRouterOutputs<AppRouter>["access"]["roles"][number];

/** What one role is about to hold. */
export interface Draft {
  readonly id: string;
  readonly permissions: ReadonlySet<string>;
}

export const heldBy = (role: Role, draft: Draft | null, permission: Permission): boolean =>
  draft?.id === role.id ? draft.permissions.has(permission) : role.permissions.includes(permission);

/** One permission more or less; null where that is the role as it stands. */
export function toggled(role: Role, draft: Draft | null, permission: Permission): Draft | null {
  const next = new Set(draft?.id === role.id ? draft.permissions : role.permissions);
  if (!next.delete(permission)) next.add(permission);
  const changed = { id: role.id, permissions: next };
  return hasChanges(role, changed) ? changed : null;
}

/** What a draft adds to its role and takes from it, in the order of the catalogue. */
export function differenceOf(role: Role, { permissions }: Draft) {
  return {
    added: PERMISSIONS.filter((one) => permissions.has(one) && !role.permissions.includes(one)),
    removed: PERMISSIONS.filter((one) => !permissions.has(one) && role.permissions.includes(one)),
  };
}

export function hasChanges(role: Role, draft: Draft): boolean {
  const { added, removed } = differenceOf(role, draft);
  return added.length + removed.length > 0;
}

/** The catalogue by the noun that a permission is about. */
export function groupsOf(): { noun: string; permissions: readonly Permission[] }[] {
  const groups = Map.groupBy(PERMISSIONS, (permission) => permission.split(":")[0] as string);
  return [...groups].map(([noun, permissions]) => ({ noun, permissions }));
}

const CODE_MAX = 63;

/** A code that a name suggests: its letters without their accents, and digits. */
export const codeFor = (name: string): string =>
  name
    .normalize("NFD")
    .replace(/\p{Mark}/gu, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+/, "")
    .slice(0, CODE_MAX)
    .replace(/-+$/, "");
