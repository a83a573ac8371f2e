import { submissions } from "#server/domain/approvals/schema.ts";
import { submitApprovals } from "#server/domain/approvals/submit.ts";
import { command, parse } from "#server/domain/command.ts";
import { askable, importScopes } from "#server/domain/imports/check-rows.ts";
import type { LockedImport } from "#server/domain/imports/lock-import.ts";
import { lockImport } from "#server/domain/imports/lock-import.ts";
import { moveImport } from "#server/domain/imports/move-import.ts";
import { membersAmong } from "#server/domain/imports/queries.ts";
import type { Problem } from "#server/domain/imports/rules.ts";
import { LEASE_SECONDS } from "#server/domain/imports/rules.ts";
import { BATCH_CHARACTERS, submitInput } from "#server/domain/imports/schema.ts";
import type { Work } from "#server/domain/work.ts";
import { clock } from "#server/platform/db.ts";

interface Row {
  readonly line: number;
  readonly key: string;
  readonly occurrence: number;
  readonly item: Readonly<Record<string, unknown>>;
}

export interface SubmittedRows {
  readonly submitted: number;
  readonly known: number;
  /** Rows that were good when they were checked, and are not any more. */
  readonly refused: number;
  /** The last line of this batch; null when no row was left. */
  readonly lastLine: number | null;
}

async function finish(work: Work, locked: LockedImport): Promise<SubmittedRows> {
  const { tenantId } = work.caller;
  const { id } = locked;
  const [counts] = await work.tx.$queryRaw<{ total: number; bad: number; submitted: number; known: number }[]>`
    SELECT total, bad, submitted, known FROM imports WHERE tenant_id = ${tenantId}::uuid AND id = ${id}::uuid`;
  await work.tx.$executeRaw`DELETE FROM import_chunks WHERE tenant_id = ${tenantId}::uuid AND import_id = ${id}::uuid`;
  const set = { endedAt: await clock(work.tx), leasedUntil: null };
  await moveImport(work, locked, { state: "SUBMITTED", event: "Submitted", set, facts: counts });
  return { submitted: 0, known: 0, refused: 0, lastLine: null };
}

/** Who imports may do less than when the rows were checked, and a requester may have left. */
async function noLongerGood(work: Work, rows: readonly Row[]): Promise<ReadonlyMap<number, Problem>> {
  const scopes = importScopes(work.caller);
  const emails = [...new Set(rows.flatMap(({ item }) => askable(item.requesterEmail) ?? []))];
  const members = emails.length === 0 ? new Set<string>() : await membersAmong(work, { emails });
  const flaw = ({ item }: Row): Problem | null => {
    if (!scopes.has(String(item.orgId))) return { field: "org", code: "no_longer" };
    const email = askable(item.requesterEmail);
    return email !== undefined && !members.has(email) ? { field: "requesterEmail", code: "no_longer" } : null;
  };
  return new Map(
    rows.flatMap((row) => {
      const problem = flaw(row);
      return problem ? [[row.line, problem] as const] : [];
    }),
  );
}

/** The rows leave the stage, or stay with what is wrong with them; the counts follow. */
async function settle(
  work: Work,
  importId: string,
  afterLine: number,
  lastLine: number,
  bad: ReadonlyMap<number, Problem>,
  { submitted, known }: { submitted: number; known: number },
): Promise<void> {
  const { tenantId } = work.caller;
  if (bad.size > 0)
    await work.tx.$executeRaw`
      UPDATE import_rows r SET item = NULL, problems = b.problems
      FROM unnest(${[...bad.keys()]}::int[], ${[...bad.values()].map((p) => JSON.stringify([p]))}::jsonb[]) AS b (line, problems)
      WHERE r.tenant_id = ${tenantId}::uuid AND r.import_id = ${importId}::uuid AND r.line = b.line`;
  await work.tx.$executeRaw`
    DELETE FROM import_rows WHERE tenant_id = ${tenantId}::uuid AND import_id = ${importId}::uuid
      AND line > ${afterLine} AND line <= ${lastLine} AND problems IS NULL`;
  await work.tx.$executeRaw`
    UPDATE imports SET submitted = submitted + ${submitted}, known = known + ${known}, bad = bad + ${bad.size},
      leased_until = clock_timestamp() + make_interval(secs => ${LEASE_SECONDS}::int)
    WHERE tenant_id = ${tenantId}::uuid AND id = ${importId}::uuid`;
}

async function submit(work: Work, importId: string, rows: readonly Row[]) {
  if (rows.length === 0) return { submitted: 0, known: 0 };
  // An item that has a key keeps it; the others are known by what they say and how often it was said before them.
  const items = rows.map(({ item, key, occurrence }) => ({ importKey: `${key}-${occurrence}`, ...item }));
  const made = await submitApprovals(work, parse(submissions, { items }));
  const created = made.items.flatMap((item) => (item.created ? [item.id] : []));
  await work.tx.$executeRaw`
    INSERT INTO import_approvals (tenant_id, import_id, approval_id)
    SELECT ${work.caller.tenantId}::uuid, ${importId}::uuid, id FROM unnest(${created}::uuid[]) AS t (id)`;
  return { submitted: created.length, known: rows.length - created.length };
}

/** Submits the next staged rows, fewer where they are long. They leave the stage in the same commit, so no crash submits one twice or forgets it. */
export const submitRows = command({
  name: "imports.submit",
  permission: "imports:run",
  at: "each",
  input: submitInput,
  run: async (work, { importId, fence, afterLine, size }): Promise<SubmittedRows> => {
    const { tenantId } = work.caller;
    const locked = await lockImport(work, { importId, fence }, "STAGED");
    const rows = await work.tx.$queryRaw<Row[]>`
      SELECT line, key, occurrence, item FROM (
        SELECT *, coalesce(sum(octet_length(item::text)) OVER (ORDER BY line ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS before
        FROM (SELECT line, key, occurrence, item FROM import_rows
              WHERE tenant_id = ${tenantId}::uuid AND import_id = ${importId}::uuid AND line > ${afterLine} AND problems IS NULL
              ORDER BY line LIMIT ${size}) AS next) AS measured
      WHERE before < ${BATCH_CHARACTERS} ORDER BY line`;
    const lastLine = rows.at(-1)?.line;
    if (lastLine === undefined) return finish(work, locked);
    const bad = await noLongerGood(work, rows);
    const done = await submit(
      work,
      importId,
      rows.filter(({ line }) => !bad.has(line)),
    );
    await settle(work, importId, afterLine, lastLine, bad, done);
    return { ...done, refused: bad.size, lastLine };
  },
});

/** Leaves out the next row: it was good when it was checked, and submitting it is refused. */
export const leaveOutRow = command({
  name: "imports.leaveOut",
  permission: "imports:run",
  at: "each",
  input: submitInput.omit({ size: true }),
  run: async (work, { importId, fence, afterLine }): Promise<SubmittedRows> => {
    const { tenantId } = work.caller;
    await lockImport(work, { importId, fence }, "STAGED");
    const [next] = await work.tx.$queryRaw<{ line: number | null }[]>`
      SELECT min(line) AS line FROM import_rows
      WHERE tenant_id = ${tenantId}::uuid AND import_id = ${importId}::uuid AND line > ${afterLine} AND problems IS NULL`;
    const lastLine = next?.line ?? null;
    if (lastLine === null) return { submitted: 0, known: 0, refused: 0, lastLine };
    const problem: Problem = { field: "row", code: "no_longer" };
    await settle(work, importId, afterLine, lastLine, new Map([[lastLine, problem]]), { submitted: 0, known: 0 });
    return { submitted: 0, known: 0, refused: 1, lastLine };
  },
});
