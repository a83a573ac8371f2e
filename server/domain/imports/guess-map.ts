import { PAYLOAD_FIELDS_MAX } from "#server/domain/imports/rules.ts";
import type { ImportMap, ImportMapInput } from "#server/domain/imports/schema.ts";

/** A column of a file, with what its first rows say. */
export interface Column {
  readonly name: string;
  /** The first values that are not blank. */
  readonly samples: readonly string[];
  /** All that it said, where that is few; null where it is many. */
  readonly values: readonly string[] | null;
}

type Field = keyof ImportMapInput["fields"];

/** What columns are called that hold it, in English and Spanish, without case, accents and signs; the surest first. */
const NAMES: Readonly<Record<Exclude<Field, "payload">, readonly string[]>> = {
  org: [
    "orgid",
    "orgcode",
    "org",
    "organisation",
    "organization",
    "organizacion",
    "state",
    "estado",
    "sede",
    "office",
    "oficina",
    "region",
  ],
  type: [
    "type",
    "requesttype",
    "tipo",
    "tipodesolicitud",
    "kind",
    "clase",
    "category",
    "categoria",
    "purpose",
    "loanpurpose",
  ],
  title: ["title", "titulo", "subject", "asunto", "name", "nombre", "concept", "concepto", "emptitle"],
  summary: [
    "summary",
    "resumen",
    "description",
    "descripcion",
    "details",
    "detalles",
    "detalle",
    "notes",
    "notas",
    "comment",
    "comentario",
  ],
  priority: ["priority", "prioridad", "urgency", "urgencia", "severity"],
  amount: [
    "amount",
    "importe",
    "monto",
    "total",
    "sum",
    "price",
    "precio",
    "cost",
    "coste",
    "costo",
    "loanamount",
    "value",
    "valor",
  ],
  requesterEmail: [
    "requesteremail",
    "requester",
    "requestedby",
    "solicitante",
    "email",
    "mail",
    "correo",
    "correoelectronico",
    "employeeemail",
  ],
  dueAt: ["dueat", "duedate", "due", "deadline", "vencimiento", "fechalimite", "fechadevencimiento", "limite"],
  // Not `id`: what is numbered anew in each file would make next month's rows known from this month's.
  importKey: ["importkey", "externalid", "reference", "referencia", "folio"],
};

const plain = (name: string) =>
  name
    .normalize("NFD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, "");

const PRIORITIES: Readonly<Record<string, string>> = {
  low: "LOW",
  baja: "LOW",
  bajo: "LOW",
  normal: "NORMAL",
  medium: "NORMAL",
  media: "NORMAL",
  medio: "NORMAL",
  high: "HIGH",
  alta: "HIGH",
  alto: "HIGH",
  urgent: "URGENT",
  urgente: "URGENT",
  critical: "URGENT",
  critica: "URGENT",
};

/** As priorities are written elsewhere; what is written as here needs no table. */
function priorityValues({ values }: Column): Record<string, string> | undefined {
  const known = (values ?? []).flatMap((value) => {
    const meant = PRIORITIES[plain(value)];
    return meant ? [[value, meant] as const] : [];
  });
  return known.some(([value, meant]) => value !== meant) ? Object.fromEntries(known) : undefined;
}

function typeOf({ samples }: Column): "string" | "integer" | "number" {
  if (samples.length === 0 || samples.some((s) => /^-?0\d/.test(s) || s.length > 15)) return "string";
  if (samples.every((s) => /^-?\d+$/.test(s))) return "integer";
  return samples.every((s) => /^-?\d+(\.\d+)?$/.test(s)) ? "number" : "string";
}

/** A name for a detail, as conditions of policies write it: `loan_purpose`. */
const detailName = (name: string) =>
  name
    .normalize("NFD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, "_")
    .replace(/^_+|_+$/g, "")
    .slice(0, 200);

/** A map to begin with: columns by their names, the rest as details. Whoever maps corrects it. */
export function guessMap(
  columns: readonly Column[],
  delimiter: ImportMap["delimiter"],
  orgCodes: readonly string[],
): { delimiter: ImportMap["delimiter"]; fields: Partial<ImportMapInput["fields"]> } {
  const named = columns.filter(({ name }) => name !== "" && name.length <= 200);
  const used = new Set<string>();
  const take = (field: Exclude<Field, "payload">, fits: (column: Column) => boolean = () => true) => {
    for (const wanted of NAMES[field]) {
      const column = named.find((c) => !used.has(c.name) && plain(c.name) === wanted && fits(c));
      if (!column) continue;
      used.add(column.name);
      return column;
    }
    return undefined;
  };
  const codes = new Set(orgCodes);
  const org = take("org", ({ samples }) => samples.some((value) => codes.has(value)));
  const [only] = orgCodes.length === 1 ? orgCodes : [];
  const source = (column: Column | undefined) => (column ? { column: column.name } : undefined);
  const [type, title, summary] = [take("type"), take("title"), take("summary")];
  const priority = take("priority", (column) => (column.values ?? []).some((value) => plain(value) in PRIORITIES));
  const amount = take("amount", ({ samples }) => samples.every((value) => /^-?\d+(\.\d{1,2})?$/.test(value)));
  const requester = take("requesterEmail", ({ samples }) => samples.every((value) => value.includes("@")));
  const due = take("dueAt", ({ samples }) => samples.every((value) => /^\d{4}-\d{2}-\d{2}/.test(value)));
  const key = take("importKey", ({ samples }) => samples.length > 0 && new Set(samples).size === samples.length);
  const values = priority && priorityValues(priority);
  const rest = named.filter(({ name, samples }) => !used.has(name) && samples.length > 0 && detailName(name) !== "");
  const payload = Object.fromEntries(
    rest.slice(0, PAYLOAD_FIELDS_MAX).map((c) => [detailName(c.name), { column: c.name, as: typeOf(c) }]),
  );
  const fields = {
    org: source(org) ?? (only === undefined ? undefined : { constant: only }),
    type: source(type),
    title: source(title),
    summary: source(summary),
    priority: priority ? { column: priority.name, ...(values ? { values } : {}) } : undefined,
    amount: amount ? { column: amount.name, scale: 2 } : undefined,
    requesterEmail: source(requester),
    dueAt: source(due),
    importKey: source(key),
    payload: rest.length > 0 ? payload : undefined,
  };
  return { delimiter, fields: JSON.parse(JSON.stringify(fields)) };
}

const DELIMITERS = [",", ";", "\t", "|"] as const;

/** What parts the cells of the first line, quoted ones left out; a comma where nothing does. */
export function guessDelimiter(head: Buffer): ImportMap["delimiter"] {
  const [line = ""] = head.toString("utf8").split(/\r\n|\n|\r/, 1);
  const bare = line.replace(/"[^"]*"/g, "");
  const counts = DELIMITERS.map((sign) => ({ sign, n: bare.split(sign).length }));
  return counts.reduce((best, next) => (next.n > best.n ? next : best)).sign;
}
