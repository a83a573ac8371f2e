import { createWriteStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import type { Caller } from "#server/domain/caller.ts";
import { REPORT_HEADER, reportProblems } from "#server/domain/imports/report-problems.ts";

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
    yield REPORT_HEADER;
    for await (const { line, text, csv } of reportProblems(async () => caller, importId, "en")) {
      if (written++ < shown) show(`line ${line}: ${text}`);
      yield csv;
    }
  }
  await pipeline(lines(), createWriteStream(path));
  return { written };
}
