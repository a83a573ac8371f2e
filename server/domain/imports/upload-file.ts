import { createHash } from "node:crypto";
import type { Caller } from "#server/domain/caller.ts";
import { closeUpload } from "#server/domain/imports/close-upload.ts";
import { discardImport } from "#server/domain/imports/discard-import.ts";
import { guessDelimiter } from "#server/domain/imports/guess-map.ts";
import { keepChunk } from "#server/domain/imports/keep-chunk.ts";
import { openUpload } from "#server/domain/imports/open-upload.ts";
import { readChunk } from "#server/domain/imports/queries.ts";
import { firstRows, readRows } from "#server/domain/imports/read-rows.ts";
import { readUpload } from "#server/domain/imports/read-upload.ts";
import { CHUNK_BYTES, inList, PREVIEW_ROWS, repeatedColumns, UPLOAD_BYTES_MAX } from "#server/domain/imports/rules.ts";
import type { ImportMap } from "#server/domain/imports/schema.ts";
import { Refusal } from "#server/domain/refusals.ts";
import { logger } from "#server/platform/logger.ts";

const [CR, LF] = [0x0d, 0x0a];
/** What the delimiter is told from: no header is longer. */
const HEAD_BYTES = 64 * 1024;

/** The bytes in pieces of one size, whatever sizes they came in; never more of them than a file may have. */
async function* pieces(body: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer<ArrayBuffer>> {
  let piece = Buffer.alloc(CHUNK_BYTES);
  let filled = 0;
  let size = 0;
  for await (const part of body) {
    size += part.byteLength;
    if (size > UPLOAD_BYTES_MAX) throw new Refusal("import.too_large", { max: UPLOAD_BYTES_MAX / 1e6 });
    for (let at = 0; at < part.byteLength; ) {
      const taken = part.subarray(at, at + CHUNK_BYTES - filled);
      piece.set(taken, filled);
      filled += taken.byteLength;
      at += taken.byteLength;
      if (filled < CHUNK_BYTES) continue;
      yield piece;
      piece = Buffer.alloc(CHUNK_BYTES);
      filled = 0;
    }
  }
  if (filled > 0) yield piece.subarray(0, filled);
}

function count(bytes: Buffer, wanted: number): number {
  let found = 0;
  for (let at = bytes.indexOf(wanted); at !== -1; at = bytes.indexOf(wanted, at + 1)) found++;
  return found;
}

/** What is said about the file as a whole before anybody maps it: its header, what parts its cells, and that its first rows are rows. */
async function readHead(
  caller: Caller,
  importId: string,
  head: Buffer,
): Promise<{ header: string[]; delimiter: ImportMap["delimiter"] }> {
  const delimiter = guessDelimiter(head);
  const file = await readRows(
    readUpload((number) => readChunk(caller, { importId, number })),
    delimiter,
  );
  const rows = await firstRows(file, PREVIEW_ROWS);
  const repeated = repeatedColumns(file.header);
  if (repeated.length > 0) throw new Refusal("import.repeated_columns", { columns: inList(repeated) });
  if (rows.length === 0) throw new Refusal("import.no_rows");
  return { header: [...file.header], delimiter };
}

/**
 * Keeps a file as it arrives, a piece in each transaction; what cannot be imported is refused, and nothing of it stays.
 * `again`: the caller, looked up for each piece, since a file may take minutes to arrive.
 */
export async function uploadFile(
  again: () => Promise<Caller>,
  fileName: string,
  body: AsyncIterable<Uint8Array>,
): Promise<{ id: string }> {
  const caller = await again();
  const { id } = await openUpload(caller, { fileName });
  try {
    const hash = createHash("sha256");
    let [number, lineFeeds, returns] = [0, 0, 0];
    let head = Buffer.alloc(0);
    for await (const bytes of pieces(body)) {
      hash.update(bytes);
      lineFeeds += count(bytes, LF);
      returns += count(bytes, CR);
      if (number === 0) head = Buffer.from(bytes.subarray(0, HEAD_BYTES));
      await keepChunk(await again(), { importId: id, number: number++, bytes });
    }
    if (number === 0) throw new Refusal("import.empty");
    const { header, delimiter } = await readHead(caller, id, head);
    const lines = Math.max(lineFeeds, returns) + 1; // the last one may have no end
    return await closeUpload(await again(), { importId: id, fileHash: hash.digest("hex"), lines, header, delimiter });
  } catch (error) {
    await discardImport(caller, { id }).catch((err: unknown) => logger.warn({ err, import: id }, "an upload is left"));
    throw error;
  }
}
