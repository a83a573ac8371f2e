import type { PolicyVersion, Stage } from "#server/domain/approvals/rules.ts";
import type { Caller } from "#server/domain/caller.ts";
import type { PayloadSchema } from "#server/domain/payload-schemas/rules.ts";
import type { Transaction } from "#server/platform/db.ts";

/** Policy versions never change, so what was read once is kept; at most this many. */
const POLICIES_MAX = 1000;
const policies = new Map<string, PolicyVersion>();

/** The policy versions by id. */
export async function loadPolicies(
  open: { caller: Caller; tx: Transaction },
  ids: readonly string[],
): Promise<ReadonlyMap<string, PolicyVersion>> {
  const key = (id: string) => `${open.caller.tenantId} ${id}`;
  const missing = [...new Set(ids)].filter((id) => !policies.has(key(id)));
  if (missing.length > 0) {
    const rows = await open.tx.policyVersion.findMany({
      where: { tenantId: open.caller.tenantId, id: { in: missing } },
    });
    if (policies.size + rows.length > POLICIES_MAX) policies.clear();
    for (const row of rows)
      policies.set(key(row.id), {
        ...row,
        stages: row.stages as unknown as Stage[],
        payloadSchema: row.payloadSchema as unknown as PayloadSchema | null,
      });
  }
  return new Map(
    [...new Set(ids)].flatMap((id) => (policies.has(key(id)) ? [[id, policies.get(key(id)) as PolicyVersion]] : [])),
  );
}
