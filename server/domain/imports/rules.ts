import type { FieldSource, ImportMap, PayloadSource } from "#server/domain/imports/schema.ts";

/**
 * DRAFT: uploaded, its columns are being mapped. STAGING: its rows are being checked. CHECKED: its person looks at what
 * was found. STAGED: its rows are being submitted. REFUSED: from the command line, with a bad row and none to be left out.
 */
export const IMPORT_STATES = [
  "UPLOADING",
  "DRAFT",
  "STAGING",
  "CHECKED",
  "STAGED",
  "SUBMITTED",
  "REFUSED",
  "STOPPED",
  "FAILED",
] as const;
export type ImportState = (typeof IMPORT_STATES)[number];

/** What a worker is to do something about. */
export const isRunning = (state: ImportState) => state === "STAGING" || state === "STAGED";
/** What still waits for somebody or something. */
export const OPEN_STATES = ["UPLOADING", "DRAFT", "STAGING", "CHECKED", "STAGED"] as const;

/** One file is one import; a larger one is to be split. The first of each is the command line's. */
export const ROWS_MAX = 1_000_000;
export const UPLOAD_ROWS_MAX = 100_000;
export const UPLOAD_BYTES_MAX = 50_000_000;
export const COLUMNS_MAX = 1_000;
/** An upload rests in pieces of this size. */
export const CHUNK_BYTES = 1024 * 1024;
/** Imports of one person that are not over. */
export const OPEN_MAX = 10;
export const PREVIEW_ROWS = 20;
/** A worker that has not committed a batch for this long has lost the import to the next. */
export const LEASE_SECONDS = 30;
/** No field keeps more: a payload has 64 kB. A template that repeats a long cell stops here. */
export const VALUE_MAX = 65_536;
export const PAYLOAD_FIELDS_MAX = 200;

/** Why a row, or one field of it, cannot be submitted. */
export const PROBLEMS = [
  "blank",
  "cells",
  "characters",
  "encoding",
  "invalid",
  "no_longer",
  "not_boolean",
  "not_date",
  "not_decimal",
  "not_integer",
  "not_number",
  "org_unknown",
  "no_policy",
  "payload_invalid_format",
  "payload_invalid_type",
  "payload_invalid_value",
  "payload_required",
  "payload_too_big",
  "payload_too_small",
  "payload_unfit",
  "payload_unrecognized_key",
  "priority_unknown",
  "repeated_key",
  "requester_unknown",
  "too_large",
  "too_long",
  "too_many_digits",
  "too_precise",
  "type_reserved",
  "unmapped",
] as const;
export type ProblemCode = (typeof PROBLEMS)[number];

export interface Problem {
  /** A field of the map, or `row`. */
  readonly field: string;
  readonly code: ProblemCode;
  readonly facts?: Readonly<Record<string, string | number>>;
}

/** What a row says, still as text where the submission's schema judges it. */
export interface MappedRow {
  readonly org: string | undefined;
  readonly importKey: string | undefined;
  readonly submission: {
    readonly type: string | undefined;
    readonly title: string | undefined;
    readonly summary: string | undefined;
    readonly priority: string | undefined;
    readonly amount: string | undefined;
    readonly payload: Readonly<Record<string, string | number | boolean>>;
    readonly requesterEmail: string | undefined;
    readonly dueAt: string | undefined;
  };
}

type Cells = readonly string[];
type Facts = Problem["facts"];
type Tell = (code: ProblemCode, facts?: Facts) => void;
/** A field's value in a row; undefined where the row has none. */
type Reader<T> = (cells: Cells, tell: Tell) => T | undefined;

const QUOTE_MAX = 60;
/** A value as a problem quotes it: on one line, and not all of it where it is long. */
export const quoted = (value: string) => {
  const line = value
    .slice(0, QUOTE_MAX)
    .replace(/[\uD800-\uDBFF]$/, "")
    .replace(/\p{Cc}/gu, " ");
  return { value: value.length > QUOTE_MAX ? `${line}…` : line };
};

/** A template as texts and {columns} in turn; a brace that stands alone is a text. */
function parts(template: string): { text: string; column?: string }[] {
  const found: { text: string; column?: string }[] = [];
  for (const [text, brace, column] of template.matchAll(/(\{\{|\}\})|\{([^{}]+)\}|[^{}]+|[{}]/g)) {
    found.push(column === undefined ? { text: brace ? text.slice(1) : text } : { text: "", column });
  }
  return found;
}

function columnsOf({ column, template }: FieldSource): string[] {
  if (column !== undefined) return [column];
  return template === undefined ? [] : parts(template).flatMap((part) => part.column ?? []);
}

/** The columns that a map names and a header has not. */
export function missingColumns({ fields }: ImportMap, header: Cells): string[] {
  const { payload = {}, ...plain } = fields;
  const named = [...Object.values(plain), ...Object.values(payload)].flatMap(columnsOf);
  return [...new Set(named)].filter((name) => !header.includes(name));
}

/** Names that a header has twice: no map could say which is meant. A blank name is none that a map could say. */
export function repeatedColumns(header: Cells): string[] {
  return [...new Set(header.filter((name, i) => name !== "" && header.indexOf(name) !== i))];
}

const LIST_MAX = 300;
/** Names of columns, as a sentence lists them. */
export const inList = (names: Cells) =>
  names
    .map((name) => JSON.stringify(name))
    .join(", ")
    .slice(0, LIST_MAX);

function origin(source: FieldSource, header: Cells): (cells: Cells) => string {
  const cell = (name: string) => {
    const at = header.indexOf(name);
    return source.trim ? (cells: Cells) => (cells[at] ?? "").trim() : (cells: Cells) => cells[at] ?? "";
  };
  if (source.column !== undefined) return cell(source.column);
  if (source.template === undefined) return () => source.constant ?? "";
  const pieces = parts(source.template).map(({ text, column }) => ({
    text,
    read: column === undefined ? null : cell(column),
  }));
  const columns = pieces.flatMap(({ read }) => read ?? []);
  // A template whose every column is blank says nothing about the row.
  return (cells) => {
    if (columns.length > 0 && columns.every((read) => read(cells) === "")) return "";
    let filled = "";
    for (const { text, read } of pieces) {
      filled += read ? read(cells) : text;
      if (filled.length > VALUE_MAX) break;
    }
    return filled;
  };
}

function reader(source: FieldSource, header: Cells): Reader<string> {
  const read = origin(source, header);
  const { values, otherwise, fallback } = source;
  const known = values && new Map(Object.entries(values));
  return (cells, tell) => {
    const value = read(cells);
    if (value === "") return fallback;
    if (value.length > VALUE_MAX) return void tell("too_long", { max: VALUE_MAX });
    if (!known) return value;
    const mapped = known.get(value) ?? otherwise;
    if (mapped === undefined) tell("unmapped", quoted(value));
    return mapped;
  };
}

/** A plain decimal as an integer in minor units; never through a floating-point number. */
export function minorUnits(value: string, scale: number, tell: Tell): string | undefined {
  const [, sign = "", whole = "", decimals = ""] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(value) ?? [];
  if (whole === "") return void tell("not_decimal", quoted(value));
  if (decimals.length > scale) return void tell("too_precise", { ...quoted(value), scale });
  const digits = `${whole}${decimals.padEnd(scale, "0")}`.replace(/^0+(?=\d)/, "");
  if (digits.length > 18) return void tell("too_large", quoted(value));
  return digits === "0" ? "0" : `${sign}${digits}`;
}

const BOOLEANS: ReadonlyMap<string, boolean> = new Map([
  ["true", true],
  ["yes", true],
  ["1", true],
  ["false", false],
  ["no", false],
  ["0", false],
]);
const DIGITS_KEPT = 15; // what a double holds of any decimal

function typed(value: string, as: PayloadSource["as"], tell: Tell): string | number | boolean | undefined {
  if (as === "string") return value;
  if (as === "boolean") return BOOLEANS.get(value.toLowerCase()) ?? void tell("not_boolean", quoted(value));
  if (!(as === "integer" ? /^-?\d+$/ : /^-?\d+(\.\d+)?$/).test(value))
    return void tell(as === "integer" ? "not_integer" : "not_number", quoted(value));
  const significant = value.replace(/[-.]/g, "").replace(/^0+/, "");
  if (significant.length > DIGITS_KEPT) return void tell("too_many_digits", quoted(value));
  return Number(value);
}

const DATE = /^\d{4}-\d{2}-\d{2}$/;

/** Makes of each row what the map says, and tells what is wrong with it. */
export function mapper({ fields }: ImportMap, header: Cells): (cells: Cells, problems: Problem[]) => MappedRow {
  const plain = (source: FieldSource | undefined) => (source ? reader(source, header) : () => undefined);
  const [org, type, title] = [plain(fields.org), plain(fields.type), plain(fields.title)];
  const [summary, priority, amount] = [plain(fields.summary), plain(fields.priority), plain(fields.amount)];
  const [requesterEmail, dueAt, importKey] = [
    plain(fields.requesterEmail),
    plain(fields.dueAt),
    plain(fields.importKey),
  ];
  const payload = Object.entries(fields.payload ?? {}).map(([name, source]) => ({
    name,
    as: source.as,
    read: plain(source),
  }));
  const scale = fields.amount?.scale ?? 0;

  return (cells, problems) => {
    const tell =
      (field: string): Tell =>
      (code, facts) =>
        void problems.push(facts ? { field, code, facts } : { field, code });
    const value = (field: string, read: Reader<string>, needed = false) => {
      const before = problems.length;
      const found = read(cells, tell(field));
      if (needed && found === undefined && problems.length === before) problems.push({ field, code: "blank" });
      return found;
    };
    const amountText = value("amount", amount);
    const due = value("dueAt", dueAt);
    const named = payload.flatMap(({ name, as, read }) => {
      const found = value(`payload.${name}`, read);
      const kept = found === undefined ? undefined : typed(found, as, tell(`payload.${name}`));
      return kept === undefined ? [] : [[name, kept] as const];
    });
    return {
      org: value("org", org, true),
      importKey: value("importKey", importKey, fields.importKey !== undefined),
      submission: {
        type: value("type", type, true),
        title: value("title", title, true),
        summary: value("summary", summary),
        priority: value("priority", priority),
        amount: amountText === undefined ? undefined : minorUnits(amountText, scale, tell("amount")),
        payload: Object.fromEntries(named),
        requesterEmail: value("requesterEmail", requesterEmail),
        dueAt: due !== undefined && DATE.test(due) ? `${due}T00:00:00Z` : due,
      },
    };
  };
}
