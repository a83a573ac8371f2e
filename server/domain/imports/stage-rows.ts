import { command } from "#server/domain/command.ts";
import { lockImport } from "#server/domain/imports/lock-import.ts";
import { LEASE_SECONDS } from "#server/domain/imports/rules.ts";
import { stageInput } from "#server/domain/imports/schema.ts";

const json = (value: unknown) => (value === null ? null : JSON.stringify(value));

/** Keeps validated rows, good and bad, until the whole file is known. */
export const stageRows = command({
  name: "imports.stage",
  permission: "imports:run",
  at: "each",
  input: stageInput,
  run: async (work, { importId, fence, rows }): Promise<{ staged: number }> => {
    const { tenantId } = work.caller;
    await lockImport(work, { importId, fence }, "STAGING");
    await work.tx.$executeRaw`
      INSERT INTO import_rows (tenant_id, import_id, line, key, item, problems)
      SELECT ${tenantId}::uuid, ${importId}::uuid, r.line, r.key, r.item, r.problems
      FROM unnest(${rows.map((r) => r.line)}::int[], ${rows.map((r) => r.key)}::text[],
        ${rows.map((r) => json(r.item))}::jsonb[], ${rows.map((r) => json(r.problems))}::jsonb[]) AS r (line, key, item, problems)`;
    await work.tx.$executeRaw`
      UPDATE imports SET total = total + ${rows.length}, bad = bad + ${rows.filter((r) => r.problems !== null).length}, line = ${rows.at(-1)?.line ?? 0},
        leased_until = clock_timestamp() + make_interval(secs => ${LEASE_SECONDS}::int)
      WHERE tenant_id = ${tenantId}::uuid AND id = ${importId}::uuid`;
    return { staged: rows.length };
  },
});
