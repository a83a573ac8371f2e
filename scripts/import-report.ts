import { createWriteStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import type { Caller } from "#server/domain/caller.ts";
import { listProblems } from "#server/domain/imports/queries.ts";
import type { Problem } from "#server/domain/imports/schema.ts";

const PAGE = 1000;
/** Whoever has more bad rows than this has a bad map. */
const ROWS_MAX = 100_000;

async function* badRows(
  caller: Caller,
  importId: string,
): AsyncGenerator<{ line: number; problems: readonly Problem[] }> {
  let afterLine = 0;
  for (let read = 0; read < ROWS_MAX; ) {
    const page = await listProblems(caller, { importId, afterLine, limit: PAGE });
    yield* page;
    const last = page.at(-1);
    if (!last) return;
    afterLine = last.line;
    read += page.length;
  }
}

const cell = (text: string) => `"${text.replaceAll('"', '""')}"`;

/** Writes line, field and reason of every bad row, the first `shown` of them to the terminal too. */
export async function writeReport(
  caller: Caller,
  importId: string,
  path: string,
  show: (line: string) => void,
  shown: number,
): Promise<{ written: number }> {
  let written = 0;
  async function* lines(): AsyncGenerator<string> {
    yield "line,field,problem\n";
    for await (const { line, problems } of badRows(caller, importId)) {
      if (written++ < shown)
        show(`line ${line}: ${problems.map(({ field, message }) => `${field} ${message}`).join("; ")}`);
      for (const { field, message } of problems) yield `${line},${cell(field)},${cell(message)}\n`;
    }
  }
  await pipeline(lines(), createWriteStream(path));
  return { written };
}
