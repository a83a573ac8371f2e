import { command } from "#server/domain/command.ts";
import { lockImport } from "#server/domain/imports/lock-import.ts";
import { moveImport } from "#server/domain/imports/move-import.ts";
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
    UPDATE import_rows r SET item = NULL,
      problems = jsonb_build_array(jsonb_build_object('field', 'importKey', 'code', 'repeated_key', 'facts', jsonb_build_object('line', d.first)))
    FROM (SELECT line, first_value(line) OVER (PARTITION BY key ORDER BY line) AS first FROM import_rows
          WHERE tenant_id = ${tenantId}::uuid AND import_id = ${importId}::uuid AND key IS NOT NULL) AS d
    WHERE d.first < d.line AND r.problems IS NULL AND r.tenant_id = ${tenantId}::uuid AND r.import_id = ${importId}::uuid AND r.line = d.line`;
}

/** Good rows that an approval has come from already: submitting them adds nothing. */
async function countKnown(work: Work, importId: string, keyed: boolean): Promise<number> {
  const { tenantId } = work.caller;
  const [row] = await work.tx.$queryRaw<{ known: number }[]>`
    SELECT count(*)::int AS known FROM import_rows r
    JOIN approvals a ON a.tenant_id = r.tenant_id AND a.import_key = CASE WHEN ${keyed} THEN r.key ELSE r.key || '-' || r.occurrence END
    WHERE r.tenant_id = ${tenantId}::uuid AND r.import_id = ${importId}::uuid AND r.problems IS NULL`;
  return row?.known ?? 0;
}

export interface Closed {
  readonly state: "STAGED" | "REFUSED" | "CHECKED";
  readonly total: number;
  readonly bad: number;
}

/** The whole file is staged. From here its good rows are submitted; or, where one is bad, nothing is; or its person is asked. */
export const closeStaging = command({
  name: "imports.close",
  permission: "imports:run",
  at: "each",
  input: closeInput,
  run: async (work, { importId, fence, keyed, onBad }): Promise<Closed> => {
    const { tenantId } = work.caller;
    const locked = await lockImport(work, { importId, fence }, "STAGING");
    // Rows that came this minute have no statistics yet: taken for a few, they would be joined by a loop in a loop.
    await work.tx.$executeRaw`SELECT set_config('enable_nestloop', 'off', true)`;
    await (keyed ? refuseRepeatedKeys : countOccurrences)(work, importId);
    const [counts] = await work.tx.$queryRaw<{ total: number; bad: number }[]>`
      SELECT count(*)::int AS total, count(problems)::int AS bad FROM import_rows WHERE tenant_id = ${tenantId}::uuid AND import_id = ${importId}::uuid`;
    const { total, bad } = counts ?? { total: 0, bad: 0 };
    if (onBad === "ASK") {
      const foreseen = await countKnown(work, importId, keyed);
      const set = { total, bad, foreseen, leasedUntil: null };
      await moveImport(work, locked, { state: "CHECKED", event: "Staged", set, facts: { total, bad, foreseen } });
      return { state: "CHECKED", total, bad };
    }
    const state = bad > 0 && onBad === "REFUSE" ? "REFUSED" : "STAGED";
    // What is not going to be submitted is not kept either; the bad rows stay for the report.
    if (state === "REFUSED")
      await work.tx
        .$executeRaw`DELETE FROM import_rows WHERE tenant_id = ${tenantId}::uuid AND import_id = ${importId}::uuid AND problems IS NULL`;
    await moveImport(work, locked, {
      state,
      event: state === "REFUSED" ? "Refused" : "Staged",
      set: { total, bad },
      facts: { total, bad, skipBad: onBad === "SKIP" },
    });
    return { state, total, bad };
  },
});
