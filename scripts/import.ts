import { createReadStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { basename, resolve } from "node:path";
import { parseArgs } from "node:util";
import { z } from "zod";
import { systemCaller } from "#server/domain/identity/find-caller.ts";
import { tenantByCode } from "#server/domain/identity/queries.ts";
import type { ImportResult, Progress } from "#server/domain/imports/import-file.ts";
import { importFile } from "#server/domain/imports/import-file.ts";
import type { ImportMap } from "#server/domain/imports/schema.ts";
import { importMap } from "#server/domain/imports/schema.ts";
import { Refusal } from "#server/domain/refusals.ts";
import { database } from "#server/platform/db.ts";
import { onShutdown } from "#server/platform/lifetime.ts";
import { importTexts } from "#server/platform/texts.ts";
import { writeReport } from "./import-report.ts";

const USAGE = `npm run import -- FILE.csv --tenant CODE --map MAP.json [--skip-bad] [--report FILE]

  --tenant    the tenant's code
  --map       how rows become approvals; described by server/domain/imports/map.schema.json
  --skip-bad  submit the good rows of a file that has bad ones; without it, one bad row and nothing is submitted
  --report    where the bad rows are written (FILE.csv.problems.csv)`;

/** A sentence for whoever started it. */
class ImportStopped extends Error {}

const SHOWN = 20;
const BETWEEN_LINES = 1000;

const say = (line: string) => process.stderr.write(`${line}\n`);
const number = (value: number) => value.toLocaleString("en");
// npm changes to the project's folder; the names were given where it was called.
const pathOf = (name: string) => resolve(process.env.INIT_CWD ?? "", name);

interface Arguments {
  readonly file: string;
  readonly tenant: string;
  readonly map: string;
  readonly skipBad: boolean;
  readonly report: string;
}

function readArguments(): Arguments {
  const options = {
    tenant: { type: "string" },
    map: { type: "string" },
    report: { type: "string" },
    "skip-bad": { type: "boolean" },
  } as const;
  try {
    const { values, positionals } = parseArgs({ options, allowPositionals: true });
    const [file, ...more] = positionals;
    if (!file || more.length > 0 || !values.tenant || !values.map)
      throw new Error("One file, a tenant and a map are needed.");
    const report = pathOf(values.report ?? `${file}.problems.csv`);
    return {
      file: pathOf(file),
      tenant: values.tenant,
      map: pathOf(values.map),
      skipBad: values["skip-bad"] === true,
      report,
    };
  } catch (error) {
    throw new ImportStopped(`${(error as Error).message}\n\n${USAGE}`);
  }
}

async function readMap(path: string): Promise<ImportMap> {
  let json: unknown;
  try {
    json = JSON.parse(await readFile(path, "utf8"));
  } catch (error) {
    if (error instanceof SyntaxError) throw new ImportStopped(`${path} is not JSON: ${error.message}`);
    throw error;
  }
  const map = importMap.safeParse(json);
  if (!map.success) throw new ImportStopped(`${path} is not an import map:\n${z.prettifyError(map.error)}`);
  return map.data;
}

/** A line each second and one at the end of each step. */
function progress(): (progress: Progress) => void {
  const started = performance.now();
  let step = "";
  let since = started;
  let before = 0;
  let told = started;
  return (now) => {
    const at = performance.now();
    if (now.step !== step) [step, since, before] = [now.step, told, 0];
    if (at - told < BETWEEN_LINES && now.rows !== now.total) return;
    const rate = Math.round(((now.rows - before) * 1000) / Math.max(1, at - since));
    say(
      `  ${number(now.rows)}${now.total === null ? "" : ` of ${number(now.total)}`} rows ${now.step}, ${number(rate)} a second`,
    );
    told = at;
  };
}

function outcomeOf({ outcome, total, bad, submitted, known }: ImportResult): string {
  if (outcome === "REFUSED")
    return `Nothing was submitted: ${number(bad)} of ${number(total)} rows are bad. Mend them, or leave them out with --skip-bad.`;
  if (outcome === "REPEATED")
    return `This file was imported before: its ${number(total)} rows are known, nothing was added.`;
  const skipped = bad > 0 ? `, ${number(bad)} bad rows left out` : "";
  return `${number(submitted)} approvals submitted, ${number(known)} rows known from before${skipped}.`;
}

async function run(): Promise<number> {
  const { file, tenant, map: mapFile, skipBad, report } = readArguments();
  const map = await readMap(mapFile);
  const tenantId = await tenantByCode(tenant);
  if (!tenantId) throw new ImportStopped(`There is no tenant ${JSON.stringify(tenant)}.`);
  const caller = await systemCaller(tenantId);
  const source = { name: basename(file), read: () => createReadStream(file) };
  const result = await importFile(caller, source, map, { skipBad, onProgress: progress() });
  if (result.bad > 0) {
    const { written } = await writeReport(caller, result.importId, report, (line) => say(`  ${line}`), SHOWN);
    if (written > SHOWN) say(`  … ${number(written - SHOWN)} more`);
    say(`The bad rows are in ${report}.`);
  }
  say(outcomeOf(result));
  return result.outcome === "REFUSED" ? 1 : 0;
}

const SENTENCES: Partial<Record<string, string>> = {
  ENOENT: "is not there",
  EISDIR: "is a folder",
  EACCES: "may not be read",
};

function sentenceOf(error: unknown): string {
  if (error instanceof ImportStopped) return error.message;
  if (error instanceof Refusal) return importTexts("en").refusal(error);
  const { code, path } = error as NodeJS.ErrnoException;
  const sentence = SENTENCES[code ?? ""];
  if (sentence) return `${path ?? "The file"} ${sentence}.`;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

onShutdown(() => database().close());
const code = await run().catch((error: unknown) => {
  say(sentenceOf(error));
  return 1;
});
await database().close();
process.exit(code); // the supervisor's channel would keep the process
