import { z } from "zod";
import { command } from "#server/domain/command.ts";

const ROWS_MAX = 10_000;

/** Removes what nobody can use any more: expired idempotency records, drafts, unfinished imports and uploaded files of yesterday, one-time links of last week, and those of accounts of last month; each bounded. */
export const purgeExpired = command({
  name: "maintenance.purge",
  permission: "access:write",
  at: "tenant",
  input: z.strictObject({}),
  run: async ({
    tx,
    caller,
  }): Promise<{ keys: number; drafts: number; imports: number; files: number; links: number; accounts: number }> => {
    const keys = await tx.$executeRaw`
      DELETE FROM idempotency_records r USING (SELECT scope, key FROM idempotency_records WHERE tenant_id = ${caller.tenantId}::uuid AND expires_at < clock_timestamp() LIMIT ${ROWS_MAX}) AS old
      WHERE r.tenant_id = ${caller.tenantId}::uuid AND r.scope = old.scope AND r.key = old.key`;
    const drafts = await tx.$executeRaw`
      DELETE FROM bulks WHERE tenant_id = ${caller.tenantId}::uuid AND state = 'DRAFT' AND created_at < clock_timestamp() - interval '1 day'`;
    const imports = await tx.$executeRaw`
      DELETE FROM imports i USING (SELECT id FROM imports WHERE tenant_id = ${caller.tenantId}::uuid AND (state IN ('UPLOADING', 'DRAFT', 'STAGING', 'CHECKED', 'REFUSED') OR (state = 'STOPPED' AND total = 0))
        AND created_at < clock_timestamp() - interval '1 day' LIMIT 10) AS old
      WHERE i.tenant_id = ${caller.tenantId}::uuid AND i.id = old.id`;
    const files = await tx.$executeRaw`
      DELETE FROM import_chunks c USING (SELECT import_id, number FROM import_chunks n JOIN imports i ON i.tenant_id = n.tenant_id AND i.id = n.import_id
        WHERE n.tenant_id = ${caller.tenantId}::uuid AND i.created_at < clock_timestamp() - interval '1 day' LIMIT ${ROWS_MAX}) AS old
      WHERE c.tenant_id = ${caller.tenantId}::uuid AND c.import_id = old.import_id AND c.number = old.number`;
    const links = await tx.$executeRaw`
      DELETE FROM message_secrets s USING (SELECT message_id, name FROM message_secrets WHERE tenant_id = ${caller.tenantId}::uuid
        AND created_at < clock_timestamp() - interval '7 days' LIMIT ${ROWS_MAX}) AS old
      WHERE s.tenant_id = ${caller.tenantId}::uuid AND s.message_id = old.message_id AND s.name = old.name`;
    const accounts = await tx.$executeRaw`
      DELETE FROM account_links l USING (SELECT id FROM account_links WHERE tenant_id = ${caller.tenantId}::uuid
        AND created_at < clock_timestamp() - interval '30 days' LIMIT ${ROWS_MAX}) AS old
      WHERE l.tenant_id = ${caller.tenantId}::uuid AND l.id = old.id`;
    return { keys, drafts, imports, files, links, accounts };
  },
});
