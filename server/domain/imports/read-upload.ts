/** What only looks at the beginning of a file parses no more than this beyond it. */
const SLICE_BYTES = 64 * 1024;

/** An uploaded file from its first byte: each piece is asked for when the one before was taken. */
export async function* readUpload(piece: (number: number) => Promise<Buffer | null>): AsyncGenerator<Buffer> {
  for (let number = 0; ; number++) {
    const bytes = await piece(number);
    if (bytes === null) return;
    for (let at = 0; at < bytes.length; at += SLICE_BYTES) yield bytes.subarray(at, at + SLICE_BYTES);
  }
}
