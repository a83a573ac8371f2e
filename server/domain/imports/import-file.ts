import type { Hash } from "node:crypto";
import { createHash } from "node:crypto";
import canonicalize from "canonicalize";
import type { Caller } from "#server/domain/caller.ts";
import type { Begun } from "#server/domain/imports/begin-import.ts";
import { beginImport } from "#server/domain/imports/begin-import.ts";
import { rowChecker } from "#server/domain/imports/check-rows.ts";
import type { Closed } from "#server/domain/imports/close-staging.ts";
import { closeStaging } from "#server/domain/imports/close-staging.ts";
import { inBatches, readMapped } from "#server/domain/imports/read-rows.ts";
import type { ImportMap } from "#server/domain/imports/schema.ts";
import { BATCH_ROWS } from "#server/domain/imports/schema.ts";
import { stageRows } from "#server/domain/imports/stage-rows.ts";
import type { SubmittedRows } from "#server/domain/imports/submit-rows.ts";
import { submitRows } from "#server/domain/imports/submit-rows.ts";
import { Refusal } from "#server/domain/refusals.ts";

export interface ImportSource {
  readonly name: string;
  /** The file from its first byte; called more than once. */
  read(): AsyncIterable<Buffer>;
}

export interface Progress {
  readonly step: "staged" | "submitted";
  readonly rows: number;
  readonly total: number | null;
}

export interface ImportOptions {
  /** Submit the good rows of a file that has bad ones. */
  readonly skipBad?: boolean;
  readonly onProgress?: (progress: Progress) => void;
}

export interface ImportResult {
  readonly importId: string;
  /** REPEATED: this file was imported with this map before, and nothing was left to do. */
  readonly outcome: "SUBMITTED" | "REFUSED" | "REPEATED";
  readonly total: number;
  readonly bad: number;
  readonly submitted: number;
  /** Rows that an approval had come from before. */
  readonly known: number;
}

async function* hashing(bytes: AsyncIterable<Buffer>, hash: Hash): AsyncGenerator<Buffer> {
  for await (const chunk of bytes) {
    hash.update(chunk);
    yield chunk;
  }
}

async function fileHash(source: ImportSource): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of source.read()) hash.update(chunk);
  return hash.digest("hex");
}

async function stage(
  caller: Caller,
  source: ImportSource,
  map: ImportMap,
  { id: importId, fence }: Begun,
  expected: string,
  options: ImportOptions,
): Promise<Closed> {
  const hash = createHash("sha256");
  const file = await readMapped(hashing(source.read(), hash), map);
  const check = rowChecker(caller, map, file.header);
  let rows = 0;
  for await (const batch of inBatches(file.rows)) {
    const checked = (await check(batch)).map(({ mapped: _, ...row }) => row);
    rows += (await stageRows(caller, { importId, fence, rows: checked })).staged;
    options.onProgress?.({ step: "staged", rows, total: null });
  }
  if (hash.digest("hex") !== expected) throw new Refusal("import.file_changed");
  return closeStaging(caller, {
    importId,
    fence,
    keyed: map.fields.importKey !== undefined,
    onBad: options.skipBad ? "SKIP" : "REFUSE",
  });
}

/** Imports a file: every row validated and staged first, then submitted a thousand per transaction. */
export async function importFile(
  caller: Caller,
  source: ImportSource,
  map: ImportMap,
  options: ImportOptions = {},
): Promise<ImportResult> {
  await (await readMapped(source.read(), map)).close();
  const contents = await fileHash(source);
  const sourceHash = createHash("sha256")
    .update(contents)
    .update(canonicalize(map) as string)
    .digest("hex");
  const begun = await beginImport(caller, { sourceHash, fileName: source.name });
  const importId = begun.id;
  if (begun.state === "SUBMITTED")
    return { importId, outcome: "REPEATED", total: begun.total, bad: 0, submitted: 0, known: begun.total };

  const { state, total, bad } =
    begun.state === "STAGED" ? begun : await stage(caller, source, map, begun, contents, options);
  if (state === "REFUSED") return { importId, outcome: "REFUSED", total, bad, submitted: 0, known: 0 };

  let { submitted, known } = begun;
  let refused = 0;
  for (let afterLine: number | null = 0; afterLine !== null; ) {
    const batch: SubmittedRows = await submitRows(caller, {
      importId,
      fence: begun.fence,
      afterLine,
      size: BATCH_ROWS,
    });
    submitted += batch.submitted;
    known += batch.known;
    refused += batch.refused;
    afterLine = batch.lastLine;
    if (afterLine !== null) options.onProgress?.({ step: "submitted", rows: submitted + known, total: total - bad });
  }
  return { importId, outcome: "SUBMITTED", total, bad: bad + refused, submitted, known };
}
