import { z } from "zod";
import type { Caller } from "#server/domain/caller.ts";
import { command } from "#server/domain/command.ts";
import { noteBarred } from "#server/domain/governance/record.ts";
import { barredCaller, callerOf, systemCaller } from "#server/domain/identity/find-caller.ts";
import { rowChecker } from "#server/domain/imports/check-rows.ts";
import { closeStaging } from "#server/domain/imports/close-staging.ts";
import { lockImport } from "#server/domain/imports/lock-import.ts";
import { moveImport } from "#server/domain/imports/move-import.ts";
import { readChunk } from "#server/domain/imports/queries.ts";
import { inBatches, readMapped } from "#server/domain/imports/read-rows.ts";
import { readUpload } from "#server/domain/imports/read-upload.ts";
import { LEASE_SECONDS, UPLOAD_ROWS_MAX } from "#server/domain/imports/rules.ts";
import type { ImportMap } from "#server/domain/imports/schema.ts";
import { BATCH_ROWS, failInput } from "#server/domain/imports/schema.ts";
import { stageRows } from "#server/domain/imports/stage-rows.ts";
import type { SubmittedRows } from "#server/domain/imports/submit-rows.ts";
import { leaveOutRow, submitRows } from "#server/domain/imports/submit-rows.ts";
import { Refusal } from "#server/domain/refusals.ts";
import { uuid } from "#server/domain/schema.ts";
import { clock, isTransient } from "#server/platform/db.ts";
import { logger } from "#server/platform/logger.ts";
import { trace } from "#server/platform/trace.ts";

interface Claim {
  readonly state: "STAGING" | "STAGED";
  readonly fence: number;
  readonly personId: string;
  readonly withinId: string | null;
  readonly map: ImportMap;
  /** Up to which line the rows are staged. */
  readonly line: number;
  readonly requestId: string;
  readonly correlationId: string;
}

/** Takes an import that is to be worked on and that nobody holds: a new fence, under which alone its batches then commit. */
export const claimImport = command({
  name: "imports.claim",
  permission: "imports:run",
  at: "each",
  input: z.strictObject({ id: uuid }),
  run: async (work, { id }): Promise<Claim | null> => {
    const rows = await work.tx.$queryRaw<Claim[]>`
      UPDATE imports SET fence = fence + 1, leased_until = clock_timestamp() + make_interval(secs => ${LEASE_SECONDS}::int)
      WHERE tenant_id = ${work.caller.tenantId}::uuid AND id = ${id}::uuid AND state IN ('STAGING', 'STAGED') AND person_id IS NOT NULL
        AND (leased_until IS NULL OR leased_until < clock_timestamp())
      RETURNING state, fence, person_id AS "personId", within_id AS "withinId", map, line, request_id AS "requestId", correlation_id AS "correlationId"`;
    return rows[0] ?? null;
  },
});

/** Ends an import that cannot go on; what was submitted stays so. Its file stays for another map, unless rows of it were submitted. */
export const failImport = command({
  name: "imports.fail",
  permission: "imports:run",
  at: "each",
  input: failInput,
  run: async (work, { importId, fence, code, facts }): Promise<void> => {
    const { tenantId } = work.caller;
    const locked = await lockImport(work, { importId, fence }, "STAGING", "STAGED");
    await work.tx
      .$executeRaw`DELETE FROM import_rows WHERE tenant_id = ${tenantId}::uuid AND import_id = ${importId}::uuid AND problems IS NULL`;
    if (locked.state === "STAGED")
      await work.tx
        .$executeRaw`DELETE FROM import_chunks WHERE tenant_id = ${tenantId}::uuid AND import_id = ${importId}::uuid`;
    const set = { code, facts: JSON.parse(JSON.stringify(facts)), endedAt: await clock(work.tx), leasedUntil: null };
    await moveImport(work, locked, { state: "FAILED", event: "Failed", set, facts: { code } });
  },
});

interface Run {
  readonly id: string;
  readonly claim: Claim;
  readonly signal: { readonly aborted: boolean };
  /** Whose import it is, with what they may do now. */
  readonly person: () => Promise<Caller>;
}

/** Checks and keeps the rows of the file after those that were before; then its person is asked. */
async function stageFile({ id, claim, signal, person }: Run): Promise<void> {
  const { fence, map, line } = claim;
  const bytes = readUpload(async (number) => readChunk(await person(), { importId: id, number }));
  const file = await readMapped(bytes, map, { rowsMax: UPLOAD_ROWS_MAX });
  try {
    for await (const batch of inBatches(file.rows)) {
      if (signal.aborted) return;
      const fresh = batch.filter((row) => row.line > line);
      if (fresh.length === 0) continue;
      const caller = await person();
      const rows = await rowChecker(caller, map, file.header)(fresh);
      await stageRows(caller, { importId: id, fence, rows: rows.map(({ mapped: _, ...row }) => row) });
    }
  } finally {
    await file.close();
  }
  const keyed = map.fields.importKey !== undefined;
  await closeStaging(await person(), { importId: id, fence, keyed, onBad: "ASK" });
}

/** Submits the rows a batch each; one that is refused as a whole is taken row by row, and only the rows that are refused are left out. */
async function submitFile({ id, claim, signal, person }: Run): Promise<void> {
  const { fence } = claim;
  let afterLine = 0;
  let oneByOne = 0;
  while (!signal.aborted) {
    const size = oneByOne > 0 ? 1 : BATCH_ROWS;
    const caller = await person();
    let done: SubmittedRows;
    try {
      done = await submitRows(caller, { importId: id, fence, afterLine, size });
      if (done.lastLine === null) return;
    } catch (error) {
      if (isTransient(error) || (error instanceof Refusal && ENDS.includes(error.code))) throw error;
      if (size > 1) {
        logger.warn({ err: error, import: id }, "a batch failed; its rows are taken one by one");
        oneByOne = BATCH_ROWS;
        continue;
      }
      if (!(error instanceof Refusal)) logger.error({ err: error, import: id }, "a row of an import failed");
      done = await leaveOutRow(caller, { importId: id, fence, afterLine });
    }
    afterLine = done.lastLine ?? afterLine;
    if (oneByOne > 0) oneByOne--;
  }
}

/** What no single row is the reason of. */
const ENDS: readonly string[] = ["import.taken_over", "access.denied"];

/**
 * Goes on with an import, checking or submitting, in batches of one commit each; a killed worker's is resumed behind its
 * last one. The person's grants are read again for each batch. Whoever took it over meanwhile has it.
 */
export async function runImport(tenantId: string, id: string, signal: { readonly aborted: boolean }): Promise<void> {
  const program = await systemCaller(tenantId);
  const claim = await claimImport(program, { id });
  if (!claim) return;
  const { fence, personId, withinId: within, requestId, correlationId } = claim;
  trace({ requestId, correlationId });
  const person = async () => {
    const facts = { requestId, correlationId, address: null, locale: null, within };
    const whose = { tenantId, personId, clientId: null };
    const found = await callerOf(whose, facts);
    if (found) return found;
    noteBarred(await barredCaller(whose, facts), claimImport.definition);
    throw new Refusal("access.denied", { permission: "imports:run" });
  };
  try {
    await (claim.state === "STAGING" ? stageFile : submitFile)({ id, claim, signal, person });
  } catch (error) {
    if (isTransient(error)) throw error;
    const { code, facts } = error instanceof Refusal ? error : { code: "internal", facts: {} };
    if (code === "import.taken_over") return;
    if (code === "internal") logger.error({ err: error, import: id }, "an import failed");
    await failImport(program, { importId: id, fence, code, facts: { ...facts } });
  }
}
