import type { inferRouterInputs, inferRouterOutputs } from "@trpc/server";
import type { AppRouter } from "#server/api/root.ts";

export type MapInput = inferRouterInputs<AppRouter>["imports"]["preview"]["map"];
export type Columns = inferRouterOutputs<AppRouter>["imports"]["columns"];
export type Column = Columns["columns"][number];
export type PreviewRow = inferRouterOutputs<AppRouter>["imports"]["preview"]["rows"][number];
export type Delimiter = Columns["delimiter"];

type Fields = MapInput["fields"];
export type Source = Fields["org"];
export type Amount = NonNullable<Fields["amount"]>;
export type DetailSource = NonNullable<Fields["payload"]>[string];

export const REQUIRED = ["org", "type", "title"] as const;
export const PLAIN_FIELDS = [
  "org",
  "type",
  "title",
  "summary",
  "priority",
  "amount",
  "requesterEmail",
  "dueAt",
  "importKey",
] as const;
export type PlainField = (typeof PLAIN_FIELDS)[number];

/** A detail as it is being named; the key stays with it. */
export interface Detail {
  readonly key: string;
  readonly name: string;
  readonly source: DetailSource;
}

/** A map as it is being made: what is needed may be missing, and details may be without a name. */
export interface MapDraft {
  readonly delimiter: Delimiter;
  readonly fields: Partial<Omit<Fields, "payload">>;
  readonly details: readonly Detail[];
}

let keys = 0;
export const newDetail = (name: string, source: DetailSource): Detail => ({ key: `detail${keys++}`, name, source });

/** A map, whole or guessed in part, to go on from. */
export function draftOf({ delimiter, fields }: { delimiter?: Delimiter; fields: Partial<Fields> }): MapDraft {
  const { payload = {}, ...plain } = fields;
  const details = Object.entries(payload).map(([name, source]) => newDetail(name, source));
  return { delimiter: delimiter ?? ",", fields: plain, details };
}

const NOTHING: Source = { constant: "" };

/** The map as the server takes it. What is needed and not chosen yet is blank in every row, and the preview says so. */
export function mapOf({ delimiter, fields, details }: MapDraft): MapInput {
  const { org = NOTHING, type = NOTHING, title = NOTHING, ...rest } = fields;
  const named = details.filter(({ name }) => name.trim() !== "");
  const payload = Object.fromEntries(named.map(({ name, source }) => [name.trim(), source]));
  return { delimiter, fields: { org, type, title, ...rest, ...(named.length > 0 ? { payload } : {}) } };
}

/** Columns that a text names in braces; two braces stand for one. */
export function columnsIn(template: string): string[] {
  return [...template.matchAll(/\{\{|\}\}|\{([^{}]+)\}/g)].flatMap(([, column]) => column ?? []);
}

const columnsOf = ({ column, template }: Source): string[] =>
  column === undefined ? columnsIn(template ?? "") : [column];

/** What keeps a draft from being checked. */
export interface MapProblems {
  readonly missing: ReadonlySet<PlainField>;
  /** Keys of details without a name, and of those whose name another one has. */
  readonly unnamed: ReadonlySet<string>;
  readonly repeated: ReadonlySet<string>;
  /** By field, or by the key of a detail: columns that the file has not. */
  readonly unknown: ReadonlyMap<string, readonly string[]>;
  readonly any: boolean;
}

export function problemsOf({ fields, details }: MapDraft, columns: readonly Column[]): MapProblems {
  const known = new Set(columns.map(({ name }) => name));
  const missing = new Set(REQUIRED.filter((field) => !fields[field]));
  const names = details.map(({ name }) => name.trim());
  const unnamed = new Set(details.flatMap(({ key, name }) => (name.trim() === "" ? [key] : [])));
  const repeated = new Set(
    details.flatMap(({ key, name }, at) => (name.trim() !== "" && names.indexOf(name.trim()) !== at ? [key] : [])),
  );
  const sources = [
    ...Object.entries(fields).map(([field, source]) => [field, source] as const),
    ...details.map(({ key, source }) => [key, source] as const),
  ];
  const unknown = new Map(
    sources.flatMap(([at, source]) => {
      const gone = source ? columnsOf(source).filter((column) => !known.has(column)) : [];
      return gone.length > 0 ? [[at, gone] as const] : [];
    }),
  );
  return { missing, unnamed, repeated, unknown, any: [missing, unnamed, repeated, unknown].some((s) => s.size > 0) };
}

/** Columns that no field takes yet, by which a detail could be named. */
export function unusedColumns({ fields, details }: MapDraft, columns: readonly Column[]): Column[] {
  const sources = [...Object.values(fields), ...details.map(({ source }) => source)];
  const used = new Set(sources.flatMap((source) => (source ? columnsOf(source) : [])));
  return columns.filter(({ name }) => name !== "" && !used.has(name));
}

/** A name for a detail, as conditions of policies write it: `loan_purpose`. */
export const detailName = (column: string) =>
  column
    .normalize("NFD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, "_")
    .replace(/^_+|_+$/g, "");
