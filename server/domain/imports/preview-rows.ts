import { submission } from "#server/domain/approvals/schema.ts";
import type { Caller } from "#server/domain/caller.ts";
import type { CheckedRow } from "#server/domain/imports/check-rows.ts";
import { importOrganisations, rowChecker } from "#server/domain/imports/check-rows.ts";
import type { Column } from "#server/domain/imports/guess-map.ts";
import { guessMap } from "#server/domain/imports/guess-map.ts";
import { readChunk } from "#server/domain/imports/queries.ts";
import type { FileRow } from "#server/domain/imports/read-rows.ts";
import { firstRows, readMapped, readRows } from "#server/domain/imports/read-rows.ts";
import { readUpload } from "#server/domain/imports/read-upload.ts";
import type { Problem } from "#server/domain/imports/rules.ts";
import { missingColumns, PREVIEW_ROWS } from "#server/domain/imports/rules.ts";
import type { ImportMap } from "#server/domain/imports/schema.ts";
import { columnsInput, previewInput } from "#server/domain/imports/schema.ts";
import type { Read } from "#server/domain/query.ts";
import { query } from "#server/domain/query.ts";
import { Refusal } from "#server/domain/refusals.ts";
import type { Transaction } from "#server/platform/db.ts";

/** What guesses are made from. */
const HEAD_ROWS = 500;
const SAMPLES = 3;
const VALUES_MAX = 20;
const SHOWN_CHARACTERS = 100;
const ORGANISATIONS_MAX = 500;
const MAPS = 5;
/** Of those, as many are looked at: most have other columns. */
const MAPS_LOOKED_AT = 50;

function columnOf(name: string, at: number, rows: readonly FileRow[]): Column {
  const said = rows.flatMap(({ cells }) => cells[at]?.trim() || []);
  const values = [...new Set(said)];
  const short = values.length <= VALUES_MAX && values.every((value) => value.length <= SHOWN_CHARACTERS);
  const samples = values.slice(0, SAMPLES).map((value) => value.slice(0, SHOWN_CHARACTERS));
  return { name, samples, values: short ? values.sort() : null };
}

interface Kept {
  readonly state: string;
  readonly map: ImportMap | null;
  readonly delimiter: ImportMap["delimiter"];
}

/** An import of the caller's own whose file is there. */
async function ownFile({ caller, tx }: Read, id: string): Promise<Kept> {
  const [row] = await tx.$queryRaw<Kept[]>`
    SELECT state, map, delimiter FROM imports
    WHERE tenant_id = ${caller.tenantId}::uuid AND id = ${id}::uuid AND person_id = ${caller.personId}::uuid AND state <> 'UPLOADING'`;
  if (!row) throw new Refusal("import.not_found");
  if ((await readChunk({ caller, tx }, { importId: id, number: 0 })) === null) throw new Refusal("import.file_gone");
  return row;
}

/** Chunks as this read's transaction sees them. */
const bytesOf = ({ caller, tx }: { caller: Caller; tx: Transaction }, id: string) =>
  readUpload((number) => readChunk({ caller, tx }, { importId: id, number }));

interface Remembered {
  readonly id: string;
  readonly fileName: string;
  readonly at: string;
  readonly map: ImportMap;
  /** Of a file with just these columns. */
  readonly same: boolean;
}

/** Maps of imports that the caller may see, the last first, for which this file has the columns. */
async function remembered({ caller, tx, scopes }: Read, id: string, header: readonly string[]): Promise<Remembered[]> {
  const rows = await tx.$queryRaw<
    { id: string; file_name: string; map: ImportMap; header: string[] | null; at: Date }[]
  >`
    SELECT id, file_name, map, header, created_at AS at FROM imports
    WHERE tenant_id = ${caller.tenantId}::uuid AND id <> ${id}::uuid AND map IS NOT NULL
      AND (person_id = ${caller.personId}::uuid OR within_id = ANY(${scopes}::uuid[])) ORDER BY id DESC LIMIT ${MAPS_LOOKED_AT}`;
  const fitting = rows.filter(({ map }) => missingColumns(map, header).length === 0);
  const distinct = new Map<string, Remembered>();
  for (const { id: from, file_name: fileName, map, header: other, at } of fitting) {
    const text = JSON.stringify(map);
    const same = JSON.stringify(other) === JSON.stringify(header);
    if (!distinct.has(text)) distinct.set(text, { id: from, fileName, at: at.toISOString(), map, same });
  }
  return [...distinct.values()].slice(0, MAPS);
}

/** What one maps from: the columns of the file, where the rows can go, a map to begin with, and those of before. */
export const importColumns = query({
  name: "imports.columns",
  permission: "imports:run",
  input: columnsInput,
  run: async (read, { id, delimiter }) => {
    const kept = await ownFile(read, id);
    const parted = delimiter ?? kept.map?.delimiter ?? kept.delimiter;
    const file = await readRows(bytesOf(read, id), parted);
    const rows = await firstRows(file, HEAD_ROWS);
    const columns = file.header.map((name, at) => columnOf(name, at, rows));
    const organisations = [...importOrganisations(read.caller)].map(([code, { name }]) => ({ code, name }));
    const guess = guessMap(
      columns,
      parted,
      organisations.map(({ code }) => code),
    );
    return {
      delimiter: parted,
      columns,
      organisations: organisations.slice(0, ORGANISATIONS_MAX),
      map: kept.map,
      guess,
      remembered: await remembered(read, id, file.header),
    };
  },
});

export interface PreviewRow {
  readonly line: number;
  readonly org: { readonly code: string; readonly name: string | null } | null;
  readonly type: string | null;
  readonly title: string | null;
  readonly summary: string | null;
  readonly priority: string | null;
  readonly amount: string | null;
  readonly payload: Readonly<Record<string, unknown>>;
  readonly requesterEmail: string | null;
  readonly dueAt: string | null;
  readonly importKey: string | null;
  readonly problems: readonly Problem[];
}

/** A row as it would be submitted; a bad one as far as it could be read. */
function shown({ line, item, problems, mapped }: CheckedRow, orgName: (code: string) => string | null): PreviewRow {
  const good = item === null ? null : submission.parse(item);
  const { type, title, summary, priority, amount, payload, requesterEmail, dueAt } = good ?? mapped.submission;
  return {
    line,
    org: mapped.org === undefined ? null : { code: mapped.org, name: orgName(mapped.org) },
    type: type ?? null,
    title: title ?? null,
    summary: summary || null,
    priority: priority ?? null,
    amount: amount?.toString() ?? null,
    payload,
    requesterEmail: requesterEmail ?? null,
    dueAt: dueAt instanceof Date ? dueAt.toISOString() : (dueAt ?? null),
    importKey: mapped.importKey ?? null,
    problems: problems ?? [],
  };
}

/** The first rows of a file as a map would have them submitted, with what is wrong with each: checked as all of them will be. */
export const previewRows = query({
  name: "imports.preview",
  permission: "imports:run",
  input: previewInput,
  run: async (read, { id, map }): Promise<{ rows: PreviewRow[] }> => {
    await ownFile(read, id);
    const file = await readMapped(bytesOf(read, id), map);
    const rows = await firstRows(file, PREVIEW_ROWS);
    const checked = await rowChecker(read, map, file.header)(rows);
    const orgs = importOrganisations(read.caller);
    return { rows: checked.map((row) => shown(row, (code) => orgs.get(code)?.name ?? null)) };
  },
});
