import type { inferRouterOutputs } from "@trpc/server";
import type { AppRouter } from "#server/api/root.ts";

export type Scope = inferRouterOutputs<AppRouter>["scopes"]["list"]["items"][number];

export interface Branch {
  readonly scope: Scope;
  readonly below: readonly Branch[];
}

/** The list, whose parents stand before their children, as a tree; a part of one begins where its parent is not in it. */
export function treeOf(scopes: readonly Scope[]): Branch[] {
  const top: Branch[] = [];
  const known = new Map<string, { scope: Scope; below: Branch[] }>();
  for (const scope of scopes) {
    const branch = { scope, below: [] };
    known.set(scope.id, branch);
    const parent = scope.parentId === null ? undefined : known.get(scope.parentId);
    (parent?.below ?? top).push(branch);
  }
  return top;
}

/** From the top of what is known down to what stands right above. */
export function trailOf(scopes: readonly Scope[], { parentId }: Scope): Scope[] {
  const parent = scopes.find(({ id }) => id === parentId);
  return parent ? [...trailOf(scopes, parent), parent] : [];
}
