import { createHash } from "node:crypto";
import type { Row } from "#server/domain/approvals/read-rows.ts";
import { iso } from "#server/domain/approvals/read-rows.ts";
import type { ApprovalFilter, SORTS } from "#server/domain/approvals/schema.ts";
import type { Caller } from "#server/domain/caller.ts";
import { Refusal } from "#server/domain/refusals.ts";
import { uuid } from "#server/domain/schema.ts";
import { Prisma } from "#server/platform/db.ts";

type Sort = (typeof SORTS)[number];

/** What is sorted by. `NULLS LAST` where there are none would keep an index from giving the order. */
interface SortColumn {
  readonly column: string;
  readonly type: "timestamptz" | "bigint" | "smallint";
  readonly nullable: boolean;
  readonly value: (row: Row) => string | null;
}
export const SORT_COLUMNS: Record<Sort, SortColumn> = {
  created: { column: "a.created_at", type: "timestamptz", nullable: false, value: (r) => iso(r.created_at) },
  updated: { column: "a.updated_at", type: "timestamptz", nullable: false, value: (r) => iso(r.updated_at) },
  due: { column: "a.due_at", type: "timestamptz", nullable: true, value: (r) => iso(r.due_at) },
  amount: { column: "a.amount", type: "bigint", nullable: true, value: (r) => r.amount?.toString() ?? null },
  priority: { column: "a.priority_rank", type: "smallint", nullable: false, value: (r) => `${r.priority_rank}` },
};

interface Cursor {
  readonly value: string | null;
  readonly id: string;
}

/** Over filter, sort and who narrows: a cursor taken elsewhere is refused, never misread. */
export function fingerprint(caller: Caller, input: { filter: ApprovalFilter; sort: Sort; direction: string }): string {
  const text = JSON.stringify([caller.tenantId, caller.within, input.filter, input.sort, input.direction], (_, v) =>
    typeof v === "bigint" ? `${v}` : v,
  );
  return createHash("sha256").update(text).digest("base64url").slice(0, 16);
}

/** Whether the database reads it as a value of the type: a forged one is refused, never an error. */
function isOf(type: string, value: string): boolean {
  if (type === "smallint") return /^\d$/.test(value);
  if (type === "bigint") return /^-?\d{1,19}$/.test(value) && BigInt.asIntN(64, BigInt(value)) === BigInt(value);
  return /^(?!0000)\d{4}-/.test(value) && !Number.isNaN(Date.parse(value)) && new Date(value).toISOString() === value;
}

/** Throws `cursor.invalid` for what was never one, `cursor.mismatch` for another list's. */
export function decodeCursor(cursor: string, print: string, { type, nullable }: SortColumn): Cursor {
  let parts: unknown;
  try {
    parts = JSON.parse(Buffer.from(cursor, "base64url").toString());
  } catch {
    throw new Refusal("cursor.invalid");
  }
  if (!Array.isArray(parts) || parts.length !== 3) throw new Refusal("cursor.invalid");
  const [value, id, madeFor] = parts;
  if (madeFor !== print) throw new Refusal("cursor.mismatch");
  const sound = value === null ? nullable : typeof value === "string" && isOf(type, value);
  if (!sound || !uuid.safeParse(id).success) throw new Refusal("cursor.invalid");
  return { value, id };
}

/** Rows after the cursor, nulls last in both directions, ties by id. */
export function after({ value, id }: Cursor, { column, type, nullable }: SortColumn, descending: boolean): Prisma.Sql {
  const col = Prisma.raw(column);
  const than = Prisma.raw(descending ? "<" : ">");
  if (value === null) return Prisma.sql`(${col} IS NULL AND a.id ${than} ${id}::uuid)`;
  const at = Prisma.sql`${value}::text::${Prisma.raw(type)}`;
  const next = Prisma.sql`(${col}, a.id) ${than} (${at}, ${id}::uuid)`;
  return nullable ? Prisma.sql`(${next} OR ${col} IS NULL)` : next;
}

export const encodeCursor = ({ value }: SortColumn, last: Row, print: string): string =>
  Buffer.from(JSON.stringify([value(last), last.id, print])).toString("base64url");
