import { z } from "zod";
import { CHUNK_BYTES, IMPORT_STATES, PAYLOAD_FIELDS_MAX, PROBLEMS } from "#server/domain/imports/rules.ts";
import { text, uuid } from "#server/domain/schema.ts";

/** Rows of one staging or submitting transaction. */
export const BATCH_ROWS = 1000;
/** And what one holds, a tenth of what it then needs: a file of long rows needs no more memory than one of short rows. */
export const BATCH_CHARACTERS = 2 * 1024 * 1024;
/** A quote that nobody closes would otherwise swallow the rest of the file. */
export const RECORD_BYTES_MAX = 1024 * 1024;
export const SCALE_MAX = 6;

const value = z.string().max(10_000);

const source = {
  column: z.string().min(1).max(200).optional().describe("The value of this column."),
  constant: value.optional().describe("The same value in every row."),
  template: value.optional().describe("Text with {columns} in it; {{ and }} stand for braces."),
  trim: z.boolean().default(true).describe("Take white space off both ends of each column's value."),
  values: z
    .record(value, value)
    .optional()
    .describe("What each value becomes; one that is not here refuses the row, unless `otherwise` is given."),
  otherwise: value.optional().describe("What a value becomes that `values` does not name."),
  fallback: value.optional().describe("Taken, as it is, where the row has no value."),
};

const ORIGINS = ["column", "constant", "template"] as const;
const ONE_ORIGIN = { error: "names exactly one of column, constant and template" };
const oneOf = ORIGINS.map((origin) => ({ required: [origin] }));

type Origins = Partial<Record<(typeof ORIGINS)[number], string | undefined>>;
const hasOneOrigin = (given: Origins) => ORIGINS.filter((origin) => given[origin] !== undefined).length === 1;

const field = z.strictObject(source).refine(hasOneOrigin, ONE_ORIGIN).meta({ oneOf });
export type FieldSource = z.output<typeof field>;

const amountField = z
  .strictObject({
    ...source,
    scale: z.int().min(0).max(SCALE_MAX).describe("Decimal places: 2 makes 12.50 into 1250 minor units."),
  })
  .refine(hasOneOrigin, ONE_ORIGIN)
  .meta({ oneOf });

const payloadField = z
  .strictObject({ ...source, as: z.enum(["string", "integer", "number", "boolean"]).default("string") })
  .refine(hasOneOrigin, ONE_ORIGIN)
  .meta({ oneOf });
export type PayloadSource = z.output<typeof payloadField>;

/** How the rows of a file become submissions. Published as map.schema.json. */
export const importMap = z
  .strictObject({
    $schema: z.string().max(500).optional(),
    delimiter: z.enum([",", ";", "\t", "|"]).default(","),
    fields: z.strictObject({
      org: field.describe("The code of the organisation that the approval belongs to."),
      type: field,
      title: field,
      summary: field.optional(),
      priority: field.optional().describe("LOW, NORMAL, HIGH or URGENT; NORMAL where the row has none."),
      amount: amountField.optional(),
      payload: z
        .record(z.string().min(1).max(200), payloadField)
        .refine((named) => Object.keys(named).length <= PAYLOAD_FIELDS_MAX, {
          error: `has at most ${PAYLOAD_FIELDS_MAX} fields`,
        })
        .meta({ maxProperties: PAYLOAD_FIELDS_MAX })
        .optional(),
      requesterEmail: field.optional().describe("A member of the tenant."),
      dueAt: field.optional().describe("2026-03-01, or an instant with its offset: 2026-03-01T17:00:00Z."),
      importKey: field
        .optional()
        .describe("What tells a row from every other, ever; without it, the row's content and its occurrence number."),
    }),
  })
  .meta({ title: "Import map", description: "How the rows of a CSV file become approvals." });
export type ImportMap = z.output<typeof importMap>;

export type ImportMapInput = z.input<typeof importMap>;

/** A map that is kept with an import: value tables are long, but not this long. */
const MAP_CHARACTERS_MAX = 200_000;
/** What jsonb does not take: NUL, and half of a surrogate pair. */
const UNKEPT = /(^|[^\\])(\\\\)*\\u(0000|d[89a-f])/i;
const keptMap = importMap
  .refine((map) => JSON.stringify(map).length <= MAP_CHARACTERS_MAX, {
    error: `has more than ${MAP_CHARACTERS_MAX} characters`,
  })
  .refine((map) => !UNKEPT.test(JSON.stringify(map)), { error: "holds a character that cannot be kept" });

const problem = z.object({
  field: z.string().max(250),
  code: z.enum(PROBLEMS),
  facts: z.record(z.string(), z.union([z.string().max(200), z.number()])).optional(),
});

export const beginInput = z.strictObject({ sourceHash: z.string().length(64), fileName: text(400, 1) });

/** An import as one run of it knows it: another run that took it over has another fence. */
const run = { importId: uuid, fence: z.int().min(0) };

export const stageInput = z.strictObject({
  ...run,
  rows: z
    .array(
      z.strictObject({
        line: z.int().min(1),
        /** The hash of the row, or the key that the map names; null where the row could not be read. */
        key: text(200, 1).nullable(),
        item: z.record(z.string(), z.unknown()).nullable(),
        problems: z.array(problem).min(1).max(50).nullable(),
      }),
    )
    .min(1)
    .max(BATCH_ROWS),
});
export type StagedRow = z.output<typeof stageInput>["rows"][number];

export const closeInput = z.strictObject({ ...run, keyed: z.boolean(), onBad: z.enum(["REFUSE", "SKIP", "ASK"]) });
export const submitInput = z.strictObject({
  ...run,
  afterLine: z.int().min(0),
  size: z.int().min(1).max(BATCH_ROWS),
});
export const policiesInput = z.strictObject({ types: z.array(text(80)).max(BATCH_ROWS) });
export const failInput = z.strictObject({ ...run, code: z.string().max(60), facts: z.record(z.string(), z.unknown()) });
export const membersInput = z.strictObject({ emails: z.array(text(320)).max(BATCH_ROWS) });

export const uploadInput = z.strictObject({ fileName: text(200, 1) });
export const chunkInput = z.strictObject({
  importId: uuid,
  number: z.int().min(0),
  bytes: z.custom<Uint8Array<ArrayBuffer>>(
    (value) => value instanceof Uint8Array && value.byteLength >= 1 && value.byteLength <= CHUNK_BYTES,
  ),
});
export const uploadedInput = z.strictObject({
  importId: uuid,
  fileHash: z.string().length(64),
  lines: z.int().min(1),
  header: z.array(z.string()),
  delimiter: importMap.shape.delimiter.unwrap(),
});
export const readChunkInput = z.strictObject({ importId: uuid, number: z.int().min(0) });

export const importIdInput = z.strictObject({ id: uuid });
export const columnsInput = z.strictObject({ id: uuid, delimiter: importMap.shape.delimiter.unwrap().optional() });
export const previewInput = z.strictObject({ id: uuid, map: keptMap });
/** The version that its person looks at: another tab may have gone on with it. */
export const checkInput = previewInput.extend({ version: z.int().min(1) });
export const startInput = importIdInput.extend({ version: z.int().min(1) });
export const listImportsInput = z.strictObject({ before: uuid.nullish(), limit: z.int().min(1).max(200).default(50) });
export const problemsInput = z.strictObject({
  id: uuid,
  after: z.int().min(0).default(0),
  limit: z.int().min(1).max(200).default(100),
});

export const importShape = z.object({
  id: z.string(),
  fileName: z.string(),
  state: z.enum(IMPORT_STATES),
  version: z.int(),
  /** Null: the command line's. */
  by: z.string().nullable(),
  mine: z.boolean(),
  bytes: z.int(),
  lines: z.int(),
  line: z.int(),
  total: z.int(),
  bad: z.int(),
  foreseen: z.int(),
  submitted: z.int(),
  known: z.int(),
  code: z.string().nullable(),
  facts: z.record(z.string(), z.unknown()),
  /** Whether its columns can be mapped once more. */
  hasFile: z.boolean(),
  createdAt: z.string(),
  endedAt: z.string().nullable(),
});
export type Import = z.output<typeof importShape>;
