import { isUtf8 } from "node:buffer";
import { pipeline, Readable } from "node:stream";
import type { Options } from "csv-parse";
import { CsvError, parse } from "csv-parse";
import type { Problem } from "#server/domain/imports/rules.ts";
import { COLUMNS_MAX, inList, missingColumns, ROWS_MAX, repeatedColumns } from "#server/domain/imports/rules.ts";
import type { ImportMap } from "#server/domain/imports/schema.ts";
import { BATCH_CHARACTERS, BATCH_ROWS, RECORD_BYTES_MAX } from "#server/domain/imports/schema.ts";
import { Refusal } from "#server/domain/refusals.ts";

export interface FileRow {
  /** The line on which the row begins, the first line being 1. */
  readonly line: number;
  readonly cells: readonly string[];
  /** Why the cells cannot be used. */
  readonly flaw: Omit<Problem, "field"> | null;
}

export interface OpenFile {
  readonly header: readonly string[];
  readonly rows: AsyncGenerator<FileRow>;
  close(): Promise<void>;
}

/** The bytes without the mark that some programs put before UTF-8. */
async function* withoutMark(bytes: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let head: Buffer | null = Buffer.alloc(0);
  const mark = (start: Buffer) => {
    if (start[0] === 0xff && start[1] === 0xfe) throw new Refusal("import.encoding");
    if (start[0] === 0xfe && start[1] === 0xff) throw new Refusal("import.encoding");
    return start[0] === 0xef && start[1] === 0xbb && start[2] === 0xbf ? start.subarray(3) : start;
  };
  for await (const chunk of bytes) {
    if (!head) {
      yield chunk;
      continue;
    }
    head = Buffer.concat([head, chunk]);
    if (head.length < 3) continue;
    yield mark(head);
    head = null;
  }
  if (head) yield mark(head);
}

/** A cell arrives as one character per byte: csv-parse would replace what is not UTF-8 without a word. */
function decode(cell: string): string | null {
  if (!/[\u0080-\u00ff]/.test(cell)) return cell;
  const bytes = Buffer.from(cell, "latin1");
  return isUtf8(bytes) ? bytes.toString("utf8") : null;
}

/** Why it is not CSV, for the sentence that is made of it. */
const FLAWS: Partial<Record<string, string>> = {
  CSV_QUOTE_NOT_CLOSED: "open_quote",
  INVALID_OPENING_QUOTE: "quote_inside",
  CSV_INVALID_CLOSING_QUOTE: "after_quote",
  CSV_MAX_RECORD_SIZE: "too_long",
};

function refused(error: unknown, line: number): unknown {
  if (!(error instanceof CsvError)) return error;
  return new Refusal("import.not_csv", { line, flaw: FLAWS[error.code] ?? "other" });
}

interface CsvRecord {
  readonly line: number;
  readonly cells: readonly string[];
}

/** Rows with the lines that they begin on: only newlines inside its cells make a row longer than one line. */
async function* records(bytes: AsyncIterable<Buffer>, delimiter: string): AsyncGenerator<CsvRecord> {
  let next = 1;
  const options: Options<CsvRecord, string[]> = {
    delimiter,
    encoding: "latin1",
    record_delimiter: ["\r\n", "\n", "\r"],
    relax_column_count: true,
    max_record_size: RECORD_BYTES_MAX,
    // Here and not where rows are taken: an error overtakes the rows that wait to be.
    on_record: (cells: string[]): CsvRecord | null => {
      const line = next;
      next += cells.reduce((sum, cell) => sum + (cell.match(/\r\n|\n|\r/g)?.length ?? 0), 1);
      return cells.length === 1 && cells[0] === "" ? null : { line, cells };
    },
  };
  const parser = parse(options as unknown as Options); // its types let on_record make only what it was given
  pipeline(Readable.from(withoutMark(bytes), { objectMode: false }), parser, () => {}); // the loop below meets the error
  try {
    yield* parser as AsyncIterable<CsvRecord>;
  } catch (error) {
    throw refused(error, next);
  } finally {
    parser.destroy();
  }
}

/** Reads a CSV file as a stream: its header now, its rows as they are asked for. */
export async function readRows(
  bytes: AsyncIterable<Buffer>,
  delimiter: string,
  { rowsMax = ROWS_MAX } = {},
): Promise<OpenFile> {
  const source = records(bytes, delimiter);
  const stop = async (refusal: Refusal): Promise<never> => {
    await source.return(undefined);
    throw refusal;
  };
  const first = await source.next();
  if (first.done) throw new Refusal("import.empty");
  if (first.value.cells.length > COLUMNS_MAX) await stop(new Refusal("import.too_many_columns", { max: COLUMNS_MAX }));
  const header = first.value.cells.flatMap((cell) => decode(cell)?.trim() ?? []);
  if (header.length < first.value.cells.length || header.some((name) => name.includes("\u0000")))
    await stop(new Refusal("import.not_csv", { line: 1, flaw: "not_text" }));

  async function* rows(): AsyncGenerator<FileRow> {
    let count = 0;
    for await (const { line, cells } of source) {
      if (++count > rowsMax) throw new Refusal("import.too_many_rows", { max: rowsMax });
      const decoded = cells.flatMap((cell) => decode(cell) ?? []);
      const flaw: FileRow["flaw"] =
        decoded.length < cells.length
          ? { code: "encoding" }
          : cells.length === header.length
            ? null
            : { code: "cells", facts: { cells: cells.length, columns: header.length } };
      yield { line, cells: flaw?.code === "encoding" ? [] : decoded, flaw };
    }
  }
  return { header, rows: rows(), close: async () => void (await source.return(undefined)) };
}

/** The same, where the header has what the map names. */
export async function readMapped(
  bytes: AsyncIterable<Buffer>,
  map: ImportMap,
  options: { rowsMax?: number } = {},
): Promise<OpenFile> {
  const file = await readRows(bytes, map.delimiter, options);
  const repeated = repeatedColumns(file.header);
  const missing = missingColumns(map, file.header);
  if (repeated.length === 0 && missing.length === 0) return file;
  await file.close();
  throw repeated.length > 0
    ? new Refusal("import.repeated_columns", { columns: inList(repeated) })
    : new Refusal("import.missing_columns", { columns: inList(missing) });
}

/** What is read of a file at a glance is no longer than this, whatever its rows are. */
const HEAD_CHARACTERS = 1024 * 1024;

/** The first rows, and no longer than they may be together. Closes the file. */
export async function firstRows(file: OpenFile, max: number): Promise<FileRow[]> {
  const rows: FileRow[] = [];
  let characters = 0;
  for await (const row of file.rows) {
    rows.push(row);
    for (const cell of row.cells) characters += cell.length;
    if (rows.length >= max || characters > HEAD_CHARACTERS) break;
  }
  await file.close();
  return rows;
}

/** Rows together, as many as one transaction takes; fewer where they are long. */
export async function* inBatches(rows: AsyncIterable<FileRow>): AsyncGenerator<FileRow[]> {
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
