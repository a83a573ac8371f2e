import { z } from "zod";
import type { PolicyVersion } from "#server/domain/approvals/rules.ts";
import { findPolicies } from "#server/domain/approvals/submit.ts";
import type { Caller } from "#server/domain/caller.ts";
import { rootScope } from "#server/domain/caller.ts";
import type { ImportState, Problem } from "#server/domain/imports/rules.ts";
import type { Import } from "#server/domain/imports/schema.ts";
import {
  importIdInput,
  listImportsInput,
  membersInput,
  policiesInput,
  problemsInput,
  readChunkInput,
} from "#server/domain/imports/schema.ts";
import type { Read } from "#server/domain/query.ts";
import { query } from "#server/domain/query.ts";
import { Refusal } from "#server/domain/refusals.ts";
import { Prisma } from "#server/platform/db.ts";

interface Row {
  id: string;
  file_name: string;
  state: ImportState;
  version: number;
  person_id: string | null;
  name: string | null;
  bytes: number;
  lines: number;
  line: number;
  total: number;
  bad: number;
  foreseen: number;
  submitted: number;
  known: number;
  code: string | null;
  facts: Record<string, unknown> | null;
  has_file: boolean;
  created_at: Date;
  ended_at: Date | null;
}

function shape(row: Row, caller: Caller): Import {
  const { id, state, version, bytes, lines, line, total, bad, foreseen, submitted, known, code } = row;
  return {
    id,
    fileName: row.file_name,
    state,
    version,
    by: row.name,
    mine: row.person_id !== null && row.person_id === caller.personId,
    bytes,
    lines,
    line,
    total,
    bad,
    foreseen,
    submitted,
    known,
    code,
    facts: row.facts ?? {},
    hasFile: row.has_file,
    createdAt: row.created_at.toISOString(),
    endedAt: row.ended_at?.toISOString() ?? null,
  };
}

/** One's own, and those of where one may import oneself; of what its person was not narrowed to, the whole tenant. */
function visible({ caller, scopes }: Pick<Read, "caller" | "scopes">): Prisma.Sql {
  const there = Prisma.sql`coalesce(i.within_id, ${rootScope(caller)}::uuid) = ANY(${scopes}::uuid[])`;
  const mine = Prisma.sql`i.person_id = ${caller.personId}::uuid`;
  return Prisma.sql`i.tenant_id = ${caller.tenantId}::uuid AND ${caller.within === null ? Prisma.sql`(${mine} OR ${there})` : there}`;
}

const COLUMNS = Prisma.sql`i.id, i.file_name, i.state, i.version, i.person_id, p.name, i.bytes, i.lines, i.line, i.total, i.bad, i.foreseen, i.submitted, i.known,
  i.code, i.facts, EXISTS (SELECT FROM import_chunks c WHERE c.tenant_id = i.tenant_id AND c.import_id = i.id) AS has_file, i.created_at, i.ended_at`;

export const getImport = query({
  name: "imports.get",
  permission: "imports:run",
  input: importIdInput,
  run: async (read, { id }): Promise<Import> => {
    const [row] = await read.tx.$queryRaw<Row[]>`
      SELECT ${COLUMNS} FROM imports i LEFT JOIN people p ON p.id = i.person_id WHERE ${visible(read)} AND i.id = ${id}::uuid`;
    if (!row) throw new Refusal("import.not_found");
    return shape(row, read.caller);
  },
});

/** The newest first, without files that nothing came of; `next` is the one to go on before. */
export const listImports = query({
  name: "imports.list",
  permission: "imports:run",
  input: listImportsInput,
  run: async (read, { before, limit }): Promise<{ items: Import[]; next: string | null }> => {
    const earlier = before ? Prisma.sql`AND i.id < ${before}::uuid` : Prisma.empty;
    const rows = await read.tx.$queryRaw<Row[]>`
      SELECT ${COLUMNS} FROM imports i LEFT JOIN people p ON p.id = i.person_id WHERE ${visible(read)} AND NOT (i.state = 'STOPPED' AND i.total = 0) ${earlier} ORDER BY i.id DESC LIMIT ${limit + 1}`;
    const items = rows.slice(0, limit).map((row) => shape(row, read.caller));
    return { items, next: rows.length > limit ? (items.at(-1)?.id ?? null) : null };
  },
});

export interface BadRow {
  readonly line: number;
  readonly problems: readonly Problem[];
}

/** The rows of an import that were refused, in the order of the file; `next` is the line to go on after. */
export const listProblems = query({
  name: "imports.problems",
  permission: "imports:run",
  input: problemsInput,
  run: async (read, { id, after, limit }): Promise<{ items: BadRow[]; next: number | null }> => {
    await getImport(read, { id });
    const rows = await read.tx.$queryRaw<BadRow[]>`
      SELECT line, problems FROM import_rows
      WHERE tenant_id = ${read.caller.tenantId}::uuid AND import_id = ${id}::uuid AND line > ${after} AND problems IS NOT NULL
      ORDER BY line LIMIT ${limit + 1}`;
    const items = rows.slice(0, limit);
    return { items, next: rows.length > limit ? (items.at(-1)?.line ?? null) : null };
  },
});

/** A piece of a file that the caller uploaded; null after its last one. */
export const readChunk = query({
  name: "imports.readChunk",
  permission: "imports:run",
  input: readChunkInput,
  run: async ({ caller, tx }, { importId, number }): Promise<Buffer | null> => {
    const [row] = await tx.$queryRaw<{ bytes: Buffer }[]>`
      SELECT c.bytes FROM import_chunks c JOIN imports i ON i.tenant_id = c.tenant_id AND i.id = c.import_id
      WHERE c.tenant_id = ${caller.tenantId}::uuid AND c.import_id = ${importId}::uuid AND c.number = ${number} AND i.person_id = ${caller.personId}::uuid`;
    return row?.bytes ?? null;
  },
});

/** Which of these addresses belong to members. */
export const membersAmong = query({
  name: "imports.members",
  permission: "imports:run",
  input: membersInput,
  run: async ({ caller, tx }, { emails }): Promise<ReadonlySet<string>> => {
    const rows = await tx.$queryRaw<{ email: string }[]>`
      SELECT p.email FROM people p JOIN memberships m ON m.person_id = p.id
      WHERE m.tenant_id = ${caller.tenantId}::uuid AND m.status <> 'ENDED' AND p.email = ANY(${emails}::text[])`;
    return new Set(rows.map((r) => r.email));
  },
});

/** How each of these types is decided now: what the payloads of its rows have to be. */
export const policiesOf = query({
  name: "imports.policies",
  permission: "imports:run",
  input: policiesInput,
  run: async (read, { types }): Promise<(type: string) => PolicyVersion | undefined> => findPolicies(read, types),
});

/** Imports of people that a worker should be at, and none is: what a lost wake-up or a dead worker left. */
export const abandonedImports = query({
  name: "imports.abandoned",
  permission: "imports:run",
  input: z.strictObject({}),
  run: async ({ caller, tx }): Promise<string[]> => {
    const rows = await tx.$queryRaw<{ id: string }[]>`
      SELECT id FROM imports WHERE tenant_id = ${caller.tenantId}::uuid AND state IN ('STAGING', 'STAGED') AND person_id IS NOT NULL
        AND (leased_until IS NULL OR leased_until < clock_timestamp()) ORDER BY id LIMIT 50`;
    return rows.map((r) => r.id);
  },
});
