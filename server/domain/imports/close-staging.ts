import { command } from "#server/domain/command.ts";
import { lockImport } from "#server/domain/imports/lock-import.ts";
import { closeInput } from "#server/domain/imports/schema.ts";
import type { Work } from "#server/domain/work.ts";

/** The same row again in one file is another request, unless the map says what tells rows apart. */
async function countOccurrences(work: Work, importId: string): Promise<void> {
  const { tenantId } = work.caller;
  await work.tx.$executeRaw`
    UPDATE import_rows r SET occurrence = d.occurrence
    FROM (SELECT line, row_number() OVER (PARTITION BY key ORDER BY line) AS occurrence FROM import_rows
          WHERE tenant_id = ${tenantId}::uuid AND import_id = ${importId}::uuid AND key IS NOT NULL) AS d
    WHERE d.occurrence > 1 AND r.tenant_id = ${tenantId}::uuid AND r.import_id = ${importId}::uuid AND r.line = d.line`;
}

async function refuseRepeatedKeys(work: Work, importId: string): Promise<void> {
  const { tenantId } = work.caller;
  await work.tx.$executeRaw`
    UPDATE import_rows r SET item = NULL, problems = jsonb_build_array(jsonb_build_object('field', 'importKey', 'message', 'is the key of line ' || d.first || ' too'))
    FROM (SELECT line, first_value(line) OVER (PARTITION BY key ORDER BY line) AS first FROM import_rows
          WHERE tenant_id = ${tenantId}::uuid AND import_id = ${importId}::uuid AND key IS NOT NULL) AS d
    WHERE d.first < d.line AND r.problems IS NULL AND r.tenant_id = ${tenantId}::uuid AND r.import_id = ${importId}::uuid AND r.line = d.line`;
}

export interface Closed {
  readonly state: "STAGED" | "REFUSED";
  readonly total: number;
  readonly bad: number;
}

/** The whole file is staged: from here its good rows are submitted, or, where one is bad and none may be, nothing is. */
export const closeStaging = command({
  name: "imports.close",
  permission: "imports:run",
  at: "tenant",
  input: closeInput,
  run: async (work, { importId, keyed, skipBad }): Promise<Closed> => {
    const { tenantId } = work.caller;
    await lockImport(work, importId, "STAGING");
    // Rows that came this minute have no statistics yet: taken for a few, they would be joined by a loop in a loop.
    await work.tx.$executeRaw`SELECT set_config('enable_nestloop', 'off', true)`;
    await (keyed ? refuseRepeatedKeys : countOccurrences)(work, importId);
    const [counts] = await work.tx.$queryRaw<{ total: number; bad: number }[]>`
      SELECT count(*)::int AS total, count(problems)::int AS bad FROM import_rows WHERE tenant_id = ${tenantId}::uuid AND import_id = ${importId}::uuid`;
    const { total, bad } = counts ?? { total: 0, bad: 0 };
    const state = bad > 0 && !skipBad ? "REFUSED" : "STAGED";
    // What is not going to be submitted is not kept either; the bad rows stay for the report.
    if (state === "REFUSED")
      await work.tx
        .$executeRaw`DELETE FROM import_rows WHERE tenant_id = ${tenantId}::uuid AND import_id = ${importId}::uuid AND problems IS NULL`;
    await work.tx.import.update({ where: { tenantId_id: { tenantId, id: importId } }, data: { state, total, bad } });
    work.audit({
      class: "CHANGE",
      action: `import.${state.toLowerCase()}`,
      targetType: "import",
      targetId: importId,
      scopeId: null,
      before: { state: "STAGING" },
      after: { state, total, bad, skipBad },
    });
    work.emit({
      aggregateType: "IMPORTS",
      aggregateId: importId,
      aggregateVersion: 2,
      eventType: state === "STAGED" ? "ImportStaged" : "ImportRefused",
      payload: { total, bad },
    });
    return { state, total, bad };
  },
});
