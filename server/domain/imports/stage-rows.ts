import { command } from "#server/domain/command.ts";
import { lockImport } from "#server/domain/imports/lock-import.ts";
import { stageInput } from "#server/domain/imports/schema.ts";

const json = (value: unknown) => (value === null ? null : JSON.stringify(value));

/** Keeps validated rows, good and bad, until the whole file is known. */
export const stageRows = command({
  name: "imports.stage",
  permission: "imports:run",
  at: "tenant",
  input: stageInput,
  run: async (work, { importId, rows }): Promise<{ staged: number }> => {
    await lockImport(work, importId, "STAGING");
    await work.tx.$executeRaw`
      INSERT INTO import_rows (tenant_id, import_id, line, key, item, problems)
      SELECT ${work.caller.tenantId}::uuid, ${importId}::uuid, r.line, r.key, r.item, r.problems
      FROM unnest(${rows.map((r) => r.line)}::int[], ${rows.map((r) => r.key)}::text[],
        ${rows.map((r) => json(r.item))}::jsonb[], ${rows.map((r) => json(r.problems))}::jsonb[]) AS r (line, key, item, problems)`;
    return { staged: rows.length };
  },
});
