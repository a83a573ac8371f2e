import { z } from "zod";
import { text, uuid } from "#server/domain/schema.ts";

/** One file is one import; a larger one is to be split. */
export const ROWS_MAX = 1_000_000;
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
      payload: z.record(z.string().min(1).max(200), payloadField).optional(),
      requesterEmail: field.optional().describe("A member of the tenant."),
      dueAt: field.optional().describe("2026-03-01, or an instant with its offset: 2026-03-01T17:00:00Z."),
      importKey: field
        .optional()
        .describe("What tells a row from every other, ever; without it, the row's content and its occurrence number."),
    }),
  })
  .meta({ title: "Import map", description: "How the rows of a CSV file become approvals." });
export type ImportMap = z.output<typeof importMap>;

export interface Problem {
  /** A field of the map, or `row`. */
  readonly field: string;
  readonly message: string;
}

const problem = z.object({ field: z.string().max(250), message: z.string().max(400) });

export const beginInput = z.strictObject({ sourceHash: z.string().length(64), fileName: text(400, 1) });

export const stageInput = z.strictObject({
  importId: uuid,
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

export const closeInput = z.strictObject({ importId: uuid, keyed: z.boolean(), skipBad: z.boolean() });
export const submitInput = z.strictObject({ importId: uuid, afterLine: z.int().min(0) });
export const problemsInput = z.strictObject({
  importId: uuid,
  afterLine: z.int().min(0),
  limit: z.int().min(1).max(BATCH_ROWS),
});
export const membersInput = z.strictObject({ emails: z.array(text(320)).max(BATCH_ROWS) });
