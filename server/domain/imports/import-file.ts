import type { Hash } from "node:crypto";
import { createHash } from "node:crypto";
import canonicalize from "canonicalize";
import type { Caller } from "#server/domain/caller.ts";
import { beginImport } from "#server/domain/imports/begin-import.ts";
import { rowChecker } from "#server/domain/imports/check-rows.ts";
import type { Closed } from "#server/domain/imports/close-staging.ts";
import { closeStaging } from "#server/domain/imports/close-staging.ts";
import type { FileRow, OpenFile } from "#server/domain/imports/read-rows.ts";
import { readRows } from "#server/domain/imports/read-rows.ts";
import { ImportStopped, missingColumns, repeatedColumns } from "#server/domain/imports/rules.ts";
import type { ImportMap } from "#server/domain/imports/schema.ts";
import { BATCH_CHARACTERS, BATCH_ROWS } from "#server/domain/imports/schema.ts";
import { stageRows } from "#server/domain/imports/stage-rows.ts";
import type { SubmittedRows } from "#server/domain/imports/submit-rows.ts";
import { submitRows } from "#server/domain/imports/submit-rows.ts";

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

async function openChecked(bytes: AsyncIterable<Buffer>, map: ImportMap): Promise<OpenFile> {
  const file = await readRows(bytes, map.delimiter);
  const repeated = repeatedColumns(file.header);
  const missing = missingColumns(map, file.header);
  if (repeated.length === 0 && missing.length === 0) return file;
  await file.close();
  const list = (names: string[]) => names.map((name) => JSON.stringify(name)).join(", ");
  throw new ImportStopped(
    repeated.length > 0
      ? `The header has more than one column named ${list(repeated)}.`
      : `The map names columns that the file has not: ${list(missing)}.`,
  );
}

async function* batches(rows: AsyncIterable<FileRow>): AsyncGenerator<FileRow[]> {
  let batch: FileRow[] = [];
  let characters = 0;
  for await (const row of rows) {
    batch.push(row);
    for (const cell of row.cells) characters += cell.length;
    if (batch.length < BATCH_ROWS && characters < BATCH_CHARACTERS) continue;
    yield batch;
    batch = [];
    characters = 0;
  }
  if (batch.length > 0) yield batch;
}

async function stage(
  caller: Caller,
  source: ImportSource,
  map: ImportMap,
  importId: string,
  expected: string,
  options: ImportOptions,
): Promise<Closed> {
  const hash = createHash("sha256");
  const file = await openChecked(hashing(source.read(), hash), map);
  const check = rowChecker(caller, map, file.header);
  let rows = 0;
  for await (const batch of batches(file.rows)) {
    rows += (await stageRows(caller, { importId, rows: await check(batch) })).staged;
    options.onProgress?.({ step: "staged", rows, total: null });
  }
  if (hash.digest("hex") !== expected) throw new ImportStopped("The file changed while it was read: import it again.");
  return closeStaging(caller, {
    importId,
    keyed: map.fields.importKey !== undefined,
    skipBad: options.skipBad === true,
  });
}

/** Imports a file: every row validated and staged first, then submitted a thousand per transaction. */
export async function importFile(
  caller: Caller,
  source: ImportSource,
  map: ImportMap,
  options: ImportOptions = {},
): Promise<ImportResult> {
  await (await openChecked(source.read(), map)).close();
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
    begun.state === "STAGED" ? begun : await stage(caller, source, map, importId, contents, options);
  if (state === "REFUSED") return { importId, outcome: "REFUSED", total, bad, submitted: 0, known: 0 };

  let { submitted, known } = begun;
  let last: number | null = 0;
  while (last !== null) {
    const batch: SubmittedRows = await submitRows(caller, { importId, afterLine: last });
    submitted += batch.submitted;
    known += batch.known;
    last = batch.lastLine;
    if (last !== null) options.onProgress?.({ step: "submitted", rows: submitted + known, total: total - bad });
  }
  return { importId, outcome: "SUBMITTED", total, bad, submitted, known };
}
