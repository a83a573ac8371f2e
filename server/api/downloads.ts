import { failure } from "#server/api/answer.ts";
import { callerOfRequest, limitCaller, requestFacts, stillSignedIn } from "#server/api/context.ts";
import { TransportError } from "#server/api/errors.ts";
import type { ExportedItem } from "#server/domain/bulks/export-bulk.ts";
import { exportBulk, exportedItems } from "#server/domain/bulks/export-bulk.ts";
import type { Caller } from "#server/domain/caller.ts";
import type { RequestFacts } from "#server/domain/identity/find-caller.ts";
import { exportProblems, REPORT_HEADER, reportProblems } from "#server/domain/imports/report-problems.ts";
import type { Cell } from "#server/platform/csv.ts";
import { CSV_MARK, csvLines } from "#server/platform/csv.ts";
import { logger } from "#server/platform/logger.ts";

/** A file that is made while it is sent. Where its source fails the connection breaks: a file is whole, or none. */
function csvFile(name: string, lines: AsyncGenerator<string>, facts: RequestFacts): Response {
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    pull: async (controller) => {
      try {
        const { done, value } = await lines.next();
        if (done) controller.close();
        else controller.enqueue(encoder.encode(value));
      } catch (error) {
        logger.warn({ err: error, requestId: facts.requestId }, "a download broke off");
        controller.error(error);
      }
    },
    cancel: async () => void (await lines.return(undefined)),
  });
  return new Response(body, {
    headers: {
      "content-type": "text/csv; charset=utf-8",
      "content-disposition": `attachment; filename="${name}"`,
      "cache-control": "no-store",
      "x-request-id": facts.requestId,
    },
  });
}

const OUTCOME_COLUMNS = [
  "position",
  "id",
  "title",
  "type",
  "organisation",
  "amount_minor",
  "outcome",
  "state",
  "reason",
  "by",
  "at",
  "decided_at",
] as const;

const said = (value: unknown): string | null => (typeof value === "string" ? value : null);

const outcomeCells = (item: ExportedItem): Cell[] => [
  item.position,
  item.id,
  item.title,
  item.type,
  item.org,
  item.amount,
  item.outcome ?? "WAITING",
  item.state,
  item.code,
  said(item.detail?.by),
  said(item.detail?.at),
  item.at?.toISOString() ?? null,
];

async function* outcomeLines(pages: AsyncGenerator<ExportedItem[]>): AsyncGenerator<string> {
  yield CSV_MARK + csvLines([OUTCOME_COLUMNS]);
  for await (const page of pages) yield csvLines(page.map(outcomeCells));
}

/** GET /api/bulks/{id}/outcomes?outcome=&code=: the items of a bulk, or of one's own draft, with what became of them. */
export async function bulkOutcomesHandler(
  request: Request,
  { params }: { params: Promise<{ id: string }> },
): Promise<Response> {
  const facts = requestFacts(request.headers);
  try {
    const caller = await callerOfRequest(request.headers, facts);
    if (!caller) throw new TransportError("auth.required");
    limitCaller("export", caller);
    const asked = Object.fromEntries(new URL(request.url).searchParams) as { outcome?: "WAITING"; code?: string };
    const { id } = await params;
    await exportBulk(caller, { ...asked, id });
    const again = () => stillSignedIn(caller);
    const name = `bulk-${id.slice(0, 8)}${asked.outcome ? `-${asked.outcome.toLowerCase()}` : ""}.csv`;
    return csvFile(name, outcomeLines(exportedItems(again, { ...asked, id })), facts);
  } catch (error) {
    return failure(error, facts);
  }
}

async function* problemLines(caller: () => Promise<Caller>, id: string, locale: Caller["locale"]) {
  yield CSV_MARK + REPORT_HEADER;
  for await (const { csv } of reportProblems(caller, id, locale)) yield csv;
}

/** GET /api/imports/{id}/problems: the rows of an import that were refused, with line, field and reason. */
export async function importProblemsHandler(
  request: Request,
  { params }: { params: Promise<{ id: string }> },
): Promise<Response> {
  const facts = requestFacts(request.headers);
  try {
    const caller = await callerOfRequest(request.headers, facts);
    if (!caller) throw new TransportError("auth.required");
    limitCaller("export", caller);
    const { id } = await params;
    await exportProblems(caller, { id });
    const lines = problemLines(() => stillSignedIn(caller), id, caller.locale);
    return csvFile(`import-${id.slice(0, 8)}-problems.csv`, lines, facts);
  } catch (error) {
    return failure(error, facts);
  }
}
