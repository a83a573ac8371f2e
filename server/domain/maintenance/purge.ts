import { z } from "zod";
import { command } from "#server/domain/command.ts";

const ROWS_MAX = 10_000;

/** Removes what nobody can use any more: expired idempotency records, drafts and unfinished imports of yesterday; each bounded. */
export const purgeExpired = command({
  name: "maintenance.purge",
  permission: "access:write",
  at: "tenant",
  input: z.strictObject({}),
  run: async ({ tx, caller }): Promise<{ keys: number; drafts: number; imports: number }> => {
    const keys = await tx.$executeRaw`
      DELETE FROM idempotency_records r USING (SELECT scope, key FROM idempotency_records WHERE tenant_id = ${caller.tenantId}::uuid AND expires_at < clock_timestamp() LIMIT ${ROWS_MAX}) AS old
      WHERE r.tenant_id = ${caller.tenantId}::uuid AND r.scope = old.scope AND r.key = old.key`;
    const drafts = await tx.$executeRaw`
      DELETE FROM bulks WHERE tenant_id = ${caller.tenantId}::uuid AND state = 'DRAFT' AND created_at < clock_timestamp() - interval '1 day'`;
    const imports = await tx.$executeRaw`
      DELETE FROM imports i USING (SELECT id FROM imports WHERE tenant_id = ${caller.tenantId}::uuid AND state IN ('STAGING', 'REFUSED')
        AND created_at < clock_timestamp() - interval '1 day' LIMIT 10) AS old
      WHERE i.tenant_id = ${caller.tenantId}::uuid AND i.id = old.id`;
    return { keys, drafts, imports };
  },
});
