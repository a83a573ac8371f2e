import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeSync,
} from "node:fs";

const NEWLINE = 10;
/** Written at once while a log is written anew. */
const PIECE = 1 << 20;

/** The lines of a file, one after the other; a last one that was not written to its end is cut off. */
export function* readLines(path: string): Generator<string> {
  if (!existsSync(path)) return;
  const bytes = readFileSync(path);
  let from = 0;
  for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, from)) {
    yield bytes.toString("utf8", from, at);
    from = at + 1;
  }
  if (from < bytes.length) truncateSync(path, from);
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
    writeAll(this.#file, lines);
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
