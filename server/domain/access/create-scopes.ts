import { PARENT_KIND } from "#server/domain/access/rules.ts";
import { scopesInput } from "#server/domain/access/schema.ts";
import { command } from "#server/domain/command.ts";
import { uuidv7 } from "#server/domain/ids.ts";
import { Refusal } from "#server/domain/refusals.ts";

/**
 * Scopes of one kind below one parent; a code that is there already keeps its scope, one in use below another parent is
 * refused. Ids come back in input order.
 */
export const createScopes = command({
  name: "scopes.create",
  permission: "access:write",
  at: (input) => input.parentId,
  input: scopesInput,
  run: async (work, { parentId, kind, items }): Promise<{ id: string; code: string; created: boolean }[]> => {
    const { tenantId, access } = work.caller;
    const parent = access.scopes.get(parentId);
    if (!parent || parent.kind !== PARENT_KIND[kind]) {
      throw new Refusal("input.invalid", {}, [
        {
          path: "parentId",
          code: "kind",
          message: `a scope of kind ${kind} stands below one of kind ${PARENT_KIND[kind]}`,
        },
      ]);
    }
    // One after another: the second sees the codes of the first.
    await work.tx.$queryRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`scopes ${tenantId}`}, 0))::text`;
    const there = await work.tx.scope.findMany({ where: { tenantId, kind, code: { in: items.map((i) => i.code) } } });
    const taken = there.find((s) => s.parentId !== parentId);
    if (taken) throw new Refusal("scope.code_taken", { name: taken.code });
    const known = new Map(there.map((s) => [s.code, s.id]));
    const fresh = items.filter((i) => !known.has(i.code)).map((i) => ({ ...i, id: uuidv7() }));
    await work.tx.scope.createMany({
      data: fresh.map((s) => ({
        tenantId,
        id: s.id,
        parentId,
        kind,
        code: s.code,
        name: s.name,
        path: [...parent.path, s.id],
      })),
    });
    for (const s of fresh) {
      work.audit({
        class: "CHANGE",
        action: "scope.created",
        targetType: "scope",
        targetId: s.id,
        scopeId: s.id,
        before: null,
        after: { kind, code: s.code, name: s.name, parentId },
      });
      work.emit({
        aggregateType: "SCOPES",
        aggregateId: s.id,
        aggregateVersion: 1,
        eventType: "ScopeCreated",
        payload: { kind, code: s.code },
      });
    }
    const ids = new Map([...known, ...fresh.map((s) => [s.code, s.id] as const)]);
    return items.map((i) => ({ id: ids.get(i.code) as string, code: i.code, created: !known.has(i.code) }));
  },
});
