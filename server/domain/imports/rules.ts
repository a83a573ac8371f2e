import type { FieldSource, ImportMap, PayloadSource, Problem } from "#server/domain/imports/schema.ts";

/** The file as a whole cannot be imported: a sentence for whoever started it. */
export class ImportStopped extends Error {}

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
type Tell = (message: string) => void;
/** A field's value in a row; undefined where the row has none. */
type Reader<T> = (cells: Cells, tell: Tell) => T | undefined;

const QUOTE_MAX = 60;
export const quoted = (value: string) =>
  JSON.stringify(value.length > QUOTE_MAX ? `${value.slice(0, QUOTE_MAX)}…` : value);

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

/** Names that a header has twice: no map could say which is meant. */
export function repeatedColumns(header: Cells): string[] {
  return [...new Set(header.filter((name, i) => header.indexOf(name) !== i))];
}

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
    return pieces.map(({ text, read }) => (read ? read(cells) : text)).join("");
  };
}

function reader(source: FieldSource, header: Cells): Reader<string> {
  const read = origin(source, header);
  const { values, otherwise, fallback } = source;
  const known = values && new Map(Object.entries(values));
  return (cells, tell) => {
    const value = read(cells);
    if (value === "") return fallback;
    if (!known) return value;
    const mapped = known.get(value) ?? otherwise;
    if (mapped === undefined) tell(`${quoted(value)} is not among the map's values`);
    return mapped;
  };
}

/** A plain decimal as an integer in minor units; never through a floating-point number. */
export function minorUnits(value: string, scale: number, tell: Tell): string | undefined {
  const [, sign = "", whole = "", decimals = ""] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(value) ?? [];
  if (whole === "") return void tell(`${quoted(value)} is not a plain decimal number`);
  if (decimals.length > scale) return void tell(`${quoted(value)} has more than ${scale} decimal places`);
  const digits = `${whole}${decimals.padEnd(scale, "0")}`.replace(/^0+(?=\d)/, "");
  if (digits.length > 18) return void tell(`${quoted(value)} is too large`);
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
  if (as === "boolean")
    return BOOLEANS.get(value.toLowerCase()) ?? void tell(`${quoted(value)} is neither true nor false`);
  if (!(as === "integer" ? /^-?\d+$/ : /^-?\d+(\.\d+)?$/).test(value))
    return void tell(`${quoted(value)} is not ${as === "integer" ? "an integer" : "a number"}`);
  const significant = value.replace(/[-.]/g, "").replace(/^0+/, "");
  if (significant.length > DIGITS_KEPT)
    return void tell(`${quoted(value)} has more digits than a number keeps: take it as a string`);
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
    const tell = (field: string) => (message: string) => void problems.push({ field, message });
    const value = (field: string, read: Reader<string>, needed = false) => {
      const before = problems.length;
      const found = read(cells, tell(field));
      if (needed && found === undefined && problems.length === before) problems.push({ field, message: "is blank" });
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
