import type { Problem } from "#server/domain/imports/schema.ts";
import { membersInput, problemsInput } from "#server/domain/imports/schema.ts";
import { query } from "#server/domain/query.ts";

/** The rows of an import that were refused, in the order of the file, a page at a time. */
export const listProblems = query({
  name: "imports.problems",
  permission: "imports:run",
  input: problemsInput,
  run: async ({ caller, tx }, { importId, afterLine, limit }): Promise<{ line: number; problems: Problem[] }[]> =>
    tx.$queryRaw`
      SELECT line, problems FROM import_rows
      WHERE tenant_id = ${caller.tenantId}::uuid AND import_id = ${importId}::uuid AND line > ${afterLine} AND problems IS NOT NULL
      ORDER BY line LIMIT ${limit}`,
});

/** Which of these addresses belong to members. */
export const membersAmong = query({
  name: "imports.members",
  permission: "imports:run",
  input: membersInput,
  run: async ({ caller, tx }, { emails }): Promise<ReadonlySet<string>> => {
    const rows = await tx.$queryRaw<{ email: string }[]>`
      SELECT p.email FROM people p JOIN memberships m ON m.person_id = p.id
      WHERE m.tenant_id = ${caller.tenantId}::uuid AND p.email = ANY(${emails}::text[])`;
    return new Set(rows.map((r) => r.email));
  },
});
