import {
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  truncateSync,
  writeSync,
} from "node:fs";

const NEWLINE = 10;
/** Written at once while a log is written anew. */
const PIECE = 1 << 20;

/** The lines of a file, one after the other, read in pieces; a last one that was not written to its end is cut off. */
export function* readLines(path: string): Generator<string> {
  if (!existsSync(path)) return;
  const file = openSync(path, "r");
  const piece = Buffer.alloc(PIECE);
  let rest = Buffer.alloc(0);
  let whole = 0;
  try {
    for (let size = readSync(file, piece); size > 0; size = readSync(file, piece)) {
      const bytes = Buffer.concat([rest, piece.subarray(0, size)]);
      let from = 0;
      for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, from)) {
        yield bytes.toString("utf8", from, at);
        from = at + 1;
      }
      whole += from;
      rest = bytes.subarray(from);
    }
  } finally {
    closeSync(file);
  }
  if (rest.length > 0) truncateSync(path, whole);
}

/**
 * Lines that are only ever added. What is added is with the operating system before it is answered for: it survives the
 * end of the process, at any moment, and may be lost with the machine, which a rebuilding makes up for.
 */
export class Log {
  readonly #path: string;
  #file: number;
  #lines: number;
  /** What is added while the log is written anew. */
  #meanwhile: string[] | null = null;
  #closed = false;

  /** `lines` is how many the file has. */
  constructor(path: string, lines: number) {
    this.#path = path;
    this.#file = openSync(path, "a", 0o600);
    this.#lines = lines;
  }

  get lines(): number {
    return this.#lines;
  }

  add(lines: readonly string[]): void {
    if (lines.length === 0) return;
    const { size } = fstatSync(this.#file);
    try {
      writeAll(this.#file, lines);
    } catch (error) {
      ftruncateSync(this.#file, size); // half a line would swallow the next one
      throw error;
    }
    this.#lines += lines.length;
    this.#meanwhile?.push(...lines);
  }

  /**
   * Puts these lines, and what is added while they come, in the place of all. One rewriting at a time; one that fails or
   * whose log is closed meanwhile leaves the log as it was.
   */
  async rewrite(lines: Iterable<string>): Promise<void> {
    if (this.#meanwhile) return;
    this.#meanwhile = [];
    const temporary = `${this.#path}.new`;
    const file = openSync(temporary, "w", 0o600);
    try {
      const count = await writeInTurns(file, lines);
      if (this.#closed) return;
      writeAll(file, this.#meanwhile);
      fsyncSync(file);
      renameSync(temporary, this.#path);
      closeSync(this.#file);
      this.#lines = count + this.#meanwhile.length;
      this.#file = file;
    } finally {
      this.#meanwhile = null;
      if (this.#file !== file) {
        closeSync(file);
        rmSync(temporary, { force: true });
      }
    }
  }

  close(): void {
    this.#closed = true;
    closeSync(this.#file);
  }
}

/** How many lines were written; between two pieces searches have their turn. */
async function writeInTurns(file: number, lines: Iterable<string>): Promise<number> {
  let count = 0;
  let piece: string[] = [];
  let size = 0;
  for (const line of lines) {
    piece.push(line);
    size += line.length;
    if (size < PIECE) continue;
    writeAll(file, piece);
    count += piece.length;
    piece = [];
    size = 0;
    await new Promise((resolve) => setImmediate(resolve));
  }
  writeAll(file, piece);
  return count + piece.length;
}

function writeAll(file: number, lines: readonly string[]): void {
  if (lines.length === 0) return;
  const bytes = Buffer.from(`${lines.join("\n")}\n`);
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
}
