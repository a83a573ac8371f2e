import { isUtf8 } from "node:buffer";
import { pipeline, Readable } from "node:stream";
import type { Options } from "csv-parse";
import { CsvError, parse } from "csv-parse";
import { ImportStopped } from "#server/domain/imports/rules.ts";
import { RECORD_BYTES_MAX, ROWS_MAX } from "#server/domain/imports/schema.ts";

export interface FileRow {
  /** The line on which the row begins, the first line being 1. */
  readonly line: number;
  readonly cells: readonly string[];
  /** Why the cells cannot be used. */
  readonly flaw: string | null;
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
    if (start[0] === 0xff && start[1] === 0xfe) throw new ImportStopped("The file is in UTF-16: save it as UTF-8.");
    if (start[0] === 0xfe && start[1] === 0xff) throw new ImportStopped("The file is in UTF-16: save it as UTF-8.");
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

const SENTENCES: Partial<Record<string, string>> = {
  CSV_QUOTE_NOT_CLOSED: "a quote is opened and never closed",
  INVALID_OPENING_QUOTE: "a quote stands inside a cell that does not begin with one",
  CSV_INVALID_CLOSING_QUOTE: "a quoted cell goes on after its closing quote",
  CSV_MAX_RECORD_SIZE: `it is longer than ${RECORD_BYTES_MAX / 1024} kB; perhaps a quote is missing`,
};

function stopped(error: unknown, line: number): unknown {
  if (!(error instanceof CsvError)) return error;
  return new ImportStopped(
    `The row that begins on line ${line} is not CSV: ${SENTENCES[error.code] ?? error.message}.`,
  );
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
    throw stopped(error, next);
  } finally {
    parser.destroy();
  }
}

/** Reads a CSV file as a stream: its header now, its rows as they are asked for. */
export async function readRows(bytes: AsyncIterable<Buffer>, delimiter: string): Promise<OpenFile> {
  const source = records(bytes, delimiter);
  const first = await source.next();
  if (first.done) throw new ImportStopped("The file is empty.");
  const header = first.value.cells.map((cell) => decode(cell)?.trim());
  if (!header.every((name) => name !== undefined && !name.includes("\u0000"))) {
    await source.return(undefined);
    throw new ImportStopped("The file is not CSV in UTF-8.");
  }

  async function* rows(): AsyncGenerator<FileRow> {
    let count = 0;
    for await (const { line, cells } of source) {
      if (++count > ROWS_MAX) throw new ImportStopped(`The file has more than ${ROWS_MAX} rows: split it.`);
      const decoded = cells.map(decode);
      const legible = decoded.every((cell) => cell !== null);
      const flaw = !legible
        ? "is not UTF-8"
        : cells.length === header.length
          ? null
          : `has ${cells.length} cells where the header has ${header.length}`;
      yield { line, cells: legible ? decoded : [], flaw };
    }
  }
  return { header: header as string[], rows: rows(), close: async () => void (await source.return(undefined)) };
}
