import type { Caller } from "#server/domain/caller.ts";
import { command } from "#server/domain/command.ts";
import type { BadRow } from "#server/domain/imports/queries.ts";
import { getImport, listProblems } from "#server/domain/imports/queries.ts";
import { importIdInput } from "#server/domain/imports/schema.ts";
import { csvLines } from "#server/platform/csv.ts";
import { importTexts } from "#server/platform/texts.ts";

const PAGE = 200;
/** Whoever has more bad rows than this has a bad map. */
const ROWS_MAX = 100_000;

/** Says in the audit that somebody takes the bad rows of an import away. */
export const exportProblems = command({
  name: "imports.export",
  permission: "imports:run",
  at: "each",
  input: importIdInput,
  run: async (work, { id }): Promise<{ id: string }> => {
    const { bad } = await getImport(work, { id });
    work.audit({
      class: "READ",
      action: "import.exported",
      targetType: "import",
      targetId: id,
      scopeId: work.caller.within,
      before: null,
      after: { bad },
    });
    return { id };
  },
});

/** The rows of an import that were refused, in the order of the file. */
async function* badRows(caller: () => Promise<Caller>, id: string): AsyncGenerator<BadRow> {
  let after: number | null = 0;
  for (let read = 0; read < ROWS_MAX && after !== null; read += PAGE) {
    const page: { items: BadRow[]; next: number | null } = await listProblems(await caller(), {
      id,
      after,
      limit: PAGE,
    });
    yield* page.items;
    after = page.next;
  }
}

export interface ReportedRow {
  readonly line: number;
  /** As a terminal shows it. */
  readonly text: string;
  readonly csv: string;
}

export const REPORT_HEADER = csvLines([["line", "field", "problem"]]);

/** Line, field and reason of every bad row; who asks is looked up again before each page. */
export async function* reportProblems(
  caller: () => Promise<Caller>,
  id: string,
  locale: Caller["locale"],
): AsyncGenerator<ReportedRow> {
  const texts = importTexts(locale);
  for await (const { line, problems } of badRows(caller, id)) {
    const said = problems.map((problem) => ({ field: problem.field, why: texts.problem(problem) }));
    yield {
      line,
      text: said.map(({ field, why }) => `${field} ${why}`).join("; "),
      csv: csvLines(said.map(({ field, why }) => [line, field, why])),
    };
  }
}
