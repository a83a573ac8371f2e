import { writeRecord } from "#server/domain/audit/record.ts";
import type { Caller } from "#server/domain/caller.ts";
import type { Work } from "#server/domain/work.ts";
import { openWork } from "#server/domain/work.ts";

const NO_ACCESS: Caller["access"] = { revision: 0n, grants: [], scopes: new Map() };

/**
 * Does the same in every tenant that a person belongs to, in the one commit that is open: the caller's own first, then
 * each of the others, with its record in its own audit. What is done there needs no permission of that tenant's: it is
 * about the person alone.
 */
export async function inOwnTenants(work: Work, personId: string, run: (inner: Work) => Promise<void>): Promise<void> {
  const { tx, caller } = work;
  await tx.$executeRaw`SELECT set_config('app.person_id', ${personId}, true)`;
  const others = await tx.$queryRaw<{ tenantId: string }[]>`
    SELECT tenant_id AS "tenantId" FROM memberships WHERE person_id = ${personId}::uuid AND tenant_id <> ${caller.tenantId}::uuid ORDER BY tenant_id`;
  await tx.$executeRaw`SELECT set_config('app.person_id', '', true)`;
  await run(work);
  for (const { tenantId } of others) {
    await tx.$executeRaw`SELECT set_config('app.tenant_id', ${tenantId}, true)`;
    const there = { ...caller, tenantId, sessionId: null, within: null, access: NO_ACCESS };
    const { work: inner, collected } = openWork(there, tx);
    await run(inner);
    await writeRecord(inner, collected);
    for (const { channel, ids } of collected.announced) work.announce(channel, ids);
    if (collected.audit.length > 0) work.announce("outbox", [tenantId]);
  }
  await tx.$executeRaw`SELECT set_config('app.tenant_id', ${caller.tenantId}, true)`;
}
