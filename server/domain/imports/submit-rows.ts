import { submissions } from "#server/domain/approvals/schema.ts";
import { submitApprovals } from "#server/domain/approvals/submit.ts";
import { command, parse } from "#server/domain/command.ts";
import { lockImport } from "#server/domain/imports/lock-import.ts";
import { BATCH_CHARACTERS, BATCH_ROWS, submitInput } from "#server/domain/imports/schema.ts";
import type { Work } from "#server/domain/work.ts";

interface Row {
  readonly line: number;
  readonly key: string;
  readonly occurrence: number;
  readonly item: Readonly<Record<string, unknown>>;
}

export interface SubmittedRows {
  readonly submitted: number;
  readonly known: number;
  /** The last line of this batch; null when no row was left. */
  readonly lastLine: number | null;
}

async function finish(work: Work, importId: string): Promise<SubmittedRows> {
  const row = await work.tx.import.update({
    where: { tenantId_id: { tenantId: work.caller.tenantId, id: importId } },
    data: { state: "SUBMITTED" },
  });
  const { total, bad, submitted, known } = row;
  work.audit({
    class: "CHANGE",
    action: "import.submitted",
    targetType: "import",
    targetId: importId,
    scopeId: null,
    before: { state: "STAGED" },
    after: { state: "SUBMITTED", total, bad, submitted, known },
  });
  work.emit({
    aggregateType: "IMPORTS",
    aggregateId: importId,
    aggregateVersion: 3,
    eventType: "ImportSubmitted",
    payload: { total, bad, submitted, known },
  });
  return { submitted: 0, known: 0, lastLine: null };
}

/** Submits the next staged rows, fewer than a thousand where they are long. They leave the stage in the same commit, so no crash submits one twice or forgets it. */
export const submitRows = command({
  name: "imports.submit",
  permission: "imports:run",
  at: "tenant",
  input: submitInput,
  run: async (work, { importId, afterLine }): Promise<SubmittedRows> => {
    const { tenantId } = work.caller;
    await lockImport(work, importId, "STAGED");
    const rows = await work.tx.$queryRaw<Row[]>`
      SELECT line, key, occurrence, item FROM (
        SELECT *, coalesce(sum(octet_length(item::text)) OVER (ORDER BY line ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS before
        FROM (SELECT line, key, occurrence, item FROM import_rows
              WHERE tenant_id = ${tenantId}::uuid AND import_id = ${importId}::uuid AND line > ${afterLine} AND problems IS NULL
              ORDER BY line LIMIT ${BATCH_ROWS}) AS next) AS measured
      WHERE before < ${BATCH_CHARACTERS} ORDER BY line`;
    const lastLine = rows.at(-1)?.line;
    if (lastLine === undefined) return finish(work, importId);

    // An item that has a key keeps it; the others are known by what they say and how often it was said before them.
    const items = rows.map(({ item, key, occurrence }) => ({ importKey: `${key}-${occurrence}`, ...item }));
    const made = await submitApprovals(work, parse(submissions, { items }));
    const submitted = made.items.filter((item) => item.created).length;
    const known = rows.length - submitted;
    await work.tx.$executeRaw`
      DELETE FROM import_rows WHERE tenant_id = ${tenantId}::uuid AND import_id = ${importId}::uuid
        AND line > ${afterLine} AND line <= ${lastLine} AND problems IS NULL`;
    await work.tx.$executeRaw`
      UPDATE imports SET submitted = submitted + ${submitted}, known = known + ${known} WHERE tenant_id = ${tenantId}::uuid AND id = ${importId}::uuid`;
    return { submitted, known, lastLine };
  },
});
