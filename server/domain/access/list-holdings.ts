import type { NamedGrant } from "#server/domain/access/explain-access.ts";
import { said, subjectOf } from "#server/domain/access/explain-access.ts";
import type { Access, Permission, ScopeNode } from "#server/domain/access/rules.ts";
import { allows, isOpen, PERMISSIONS } from "#server/domain/access/rules.ts";
import { holdingsInput } from "#server/domain/access/schema.ts";
import { scopesWhere } from "#server/domain/caller.ts";
import { query } from "#server/domain/query.ts";
import { Refusal } from "#server/domain/refusals.ts";

/** The tops of the parts of the tree in which something holds, and of the parts within them in which it does not. */
function partsOf(nodes: readonly ScopeNode[], where: readonly ScopeNode[]) {
  const holds = new Set(where);
  const by = new Map(nodes.map((scope) => [scope.id, holds.has(scope)]));
  const above = ({ path }: ScopeNode) => by.get(path.at(-2) ?? "") ?? false;
  return {
    at: nodes.filter((scope) => by.get(scope.id) && !above(scope)),
    except: nodes.filter((scope) => !by.get(scope.id) && above(scope)),
  };
}

/** Through which roles somebody may, where they may: what is over, to come, or denied wherever it reaches gives nothing. */
function rolesOf(grants: readonly NamedGrant[], permission: Permission, where: readonly ScopeNode[], now: number) {
  const reached = new Set(where.flatMap(({ path }) => path));
  const gives = (grant: NamedGrant) =>
    grant.effect === "ALLOW" && grant.permissions.has(permission) && isOpen(grant, now) && reached.has(grant.scopeId);
  return [...new Set(grants.filter(gives).map(({ role }) => role))].sort();
}

const byCode = (a: ScopeNode, b: ScopeNode) => a.code.localeCompare(b.code, "en") || (a.id < b.id ? -1 : 1);

/** A page of the parts of one permission: those in which it holds, and after them those within in which it does not. */
function pageOf({ at, except }: ReturnType<typeof partsOf>, after: string | undefined, limit: number) {
  const all = [...at.toSorted(byCode), ...except.toSorted(byCode)];
  const from = after === undefined ? 0 : all.findIndex(({ id }) => id === after) + 1;
  if (after !== undefined && from === 0) throw new Refusal("cursor.invalid");
  const page = all.slice(from, from + limit);
  return {
    at: page.filter((scope) => at.includes(scope)).map(said),
    except: page.filter((scope) => except.includes(scope)).map(said),
    /** How many there are in all. */
    places: at.length,
    exceptions: except.length,
    next: from + limit < all.length ? (page.at(-1)?.id ?? null) : null,
  };
}

/**
 * What somebody may do, and where: for each permission the tops of the parts of the tree in which they may. Where these
 * are many, each permission goes on by itself.
 */
export const whatCan = query({
  name: "access.whatCan",
  permission: null,
  input: holdingsInput,
  run: async (read, { permission: one, after, limit, ...whom }) => {
    const { caller } = read;
    const { access } = caller;
    const { grants, barred, ...subject } = await subjectOf(read, whom);
    const isSelf = whom.personId === undefined && whom.clientId === undefined;
    const administered = new Set(scopesWhere(caller, "access:write"));
    const nodes = [...access.scopes.values()].filter(({ id }) => isSelf || administered.has(id));
    const now = Date.now();
    const theirs: Access = { ...access, grants };
    const held = (permission: Permission) => {
      const where = nodes.filter(({ id }) => barred === null && allows(theirs, permission, id, now));
      const page = pageOf(partsOf(nodes, where), after, limit);
      return { permission, ...page, roles: rolesOf(grants, permission, where, now) };
    };
    const asked = PERMISSIONS.filter((permission) => one === undefined || permission === one);
    return { subject, barred, permissions: asked.map(held).filter(({ places }) => places > 0) };
  },
});
