import { createHash } from "node:crypto";
import canonicalize from "canonicalize";
import type { z } from "zod";
import { ASK_TYPE } from "#server/domain/access/rules.ts";
import type { Submission } from "#server/domain/approvals/schema.ts";
import { submission } from "#server/domain/approvals/schema.ts";
import type { Caller } from "#server/domain/caller.ts";
import { scopesWhere } from "#server/domain/caller.ts";
import { membersAmong, policiesOf } from "#server/domain/imports/queries.ts";
import type { FileRow } from "#server/domain/imports/read-rows.ts";
import type { MappedRow, Problem, ProblemCode } from "#server/domain/imports/rules.ts";
import { mapper, quoted } from "#server/domain/imports/rules.ts";
import type { ImportMap, StagedRow } from "#server/domain/imports/schema.ts";
import { payloadIssues } from "#server/domain/payloads/judge-payload.ts";
import type { ProblemCode as PayloadProblem } from "#server/domain/payloads/rules.ts";
import type { Read } from "#server/domain/query.ts";

const PROBLEMS_MAX = 50;
const FIELD_MAX = 250;

export interface CheckedRow extends StagedRow {
  /** What the map made of the row, as far as it could. */
  readonly mapped: MappedRow;
}

/** The SHA-256 of a row's RFC 8785 text: the same row has the same hash whatever the order of its columns. */
function rowHash(header: readonly string[], cells: readonly string[]): string {
  const row = Object.fromEntries(header.map((name, i) => [name, cells[i]]));
  return createHash("sha256")
    .update(canonicalize(row) as string)
    .digest("hex");
}

/** Where the caller may import to: they submit each row themselves, so they need both. */
export function importScopes(caller: Caller): ReadonlySet<string> {
  const submit = new Set(scopesWhere(caller, "approvals:submit"));
  return new Set(scopesWhere(caller, "imports:run").filter((id) => submit.has(id)));
}

/** The organisations to which the caller may import, by code. */
export function importOrganisations(caller: Caller): ReadonlyMap<string, { id: string; name: string }> {
  const orgs = [...importScopes(caller)].flatMap((id) => caller.access.scopes.get(id) ?? []);
  return new Map(orgs.filter((s) => s.kind === "ORG").map(({ code, id, name }) => [code, { id, name }]));
}

/** An address as a submission keeps it, where it can be asked for at all. */
export function askable(email: unknown): string | undefined {
  if (typeof email !== "string" || email.includes("\u0000")) return undefined;
  const address = email.trim().toLowerCase();
  return address.length <= 320 ? address : undefined;
}

/** A caller, or a read of theirs that is open. */
type Asking = Caller | Pick<Read, "caller" | "tx">;

const membersOf = (asking: Asking, emails: string[]) =>
  "tx" in asking ? membersAmong(asking, { emails }) : membersAmong(asking, { emails });

async function refuseStrangers(
  asking: Asking,
  rows: readonly { mapped: MappedRow; problems: Problem[] }[],
): Promise<void> {
  const emails = [...new Set(rows.flatMap(({ mapped }) => askable(mapped.submission.requesterEmail) ?? []))];
  const members = emails.length === 0 ? new Set<string>() : await membersOf(asking, emails);
  for (const { mapped, problems } of rows) {
    const { requesterEmail } = mapped.submission;
    if (requesterEmail !== undefined && !members.has(askable(requesterEmail) ?? ""))
      problems.push({ field: "requesterEmail", code: "requester_unknown", facts: quoted(requesterEmail) });
  }
}

interface Judged extends Pick<StagedRow, "key" | "item"> {
  readonly submission: Submission | null;
}
const BAD: Judged = { key: null, item: null, submission: null };

const policiesFor = (asking: Asking, types: string[]) =>
  "tx" in asking ? policiesOf(asking, { types }) : policiesOf(asking, { types });

/** What the current policy of each row's type asks of its payload. */
async function refuseMisfits(asking: Asking, rows: readonly { judged: Judged; problems: Problem[] }[]): Promise<void> {
  const types = new Set(rows.flatMap(({ judged }) => judged.submission?.type ?? []));
  if (types.size === 0) return;
  const policyOf = await policiesFor(asking, [...types]);
  for (const { judged, problems } of rows) {
    if (!judged.submission) continue;
    const policy = policyOf(judged.submission.type);
    if (judged.submission.type === ASK_TYPE) problems.push({ field: "type", code: "type_reserved" });
    else if (!policy) problems.push({ field: "type", code: "no_policy" });
    else
      for (const { path, code } of payloadIssues(policy, judged.submission.payload))
        problems.push({ field: `payload.${path}`.slice(0, FIELD_MAX), code: `payload_${code as PayloadProblem}` });
  }
}

/** Of what the submission's schema says about texts, the length that it keeps. */
const LENGTHS: Partial<Record<string, number>> = { type: 80, title: 500, summary: 10_000, importKey: 200 };
const OF_FIELD: Partial<Record<string, ProblemCode>> = {
  dueAt: "not_date",
  payload: "payload_unfit",
  priority: "priority_unknown",
};

function problemOf({ path, code, message }: z.core.$ZodIssue, { submission: { dueAt, priority } }: MappedRow): Problem {
  const field = path.join(".");
  const max = LENGTHS[field];
  const said = field === "dueAt" ? dueAt : field === "priority" ? priority : undefined;
  const own = OF_FIELD[field];
  if (own) return { field, code: own, ...(said === undefined ? {} : { facts: quoted(said) }) };
  if (code === "too_big" && max !== undefined) return { field, code: "too_long", facts: { max } };
  return { field, code: code === "custom" && message.startsWith("holds") ? "characters" : "invalid" };
}

/** Judges rows as submitting them would, so that what is staged as good can be submitted. */
export function rowChecker(
  asking: Asking,
  map: ImportMap,
  header: readonly string[],
): (rows: readonly FileRow[]) => Promise<CheckedRow[]> {
  const orgs = importOrganisations("tx" in asking ? asking.caller : asking);
  const read = mapper(map, header);

  const judge = (cells: readonly string[], mapped: MappedRow, problems: Problem[]): Judged => {
    const orgId = mapped.org === undefined ? undefined : orgs.get(mapped.org)?.id;
    if (mapped.org !== undefined && orgId === undefined)
      problems.push({ field: "org", code: "org_unknown", facts: quoted(mapped.org) });
    const { importKey } = mapped;
    const item = {
      ...mapped.submission,
      ...(orgId === undefined ? {} : { orgId }),
      ...(importKey === undefined ? {} : { importKey }),
    };
    const parsed = submission.safeParse(item);
    if (parsed.success) return { key: parsed.data.importKey ?? rowHash(header, cells), item, submission: parsed.data };
    const told = new Set(problems.map((p) => p.field));
    for (const issue of parsed.error.issues) {
      const problem = problemOf(issue, mapped);
      if (!told.has(problem.field)) problems.push(problem);
    }
    return BAD;
  };

  return async (rows) => {
    const checked = rows.map(({ line, cells, flaw }) => {
      const problems: Problem[] = flaw === null ? [] : [{ field: "row", ...flaw }];
      return { line, cells, flaw, problems, mapped: read(flaw === null ? cells : [], flaw === null ? problems : []) };
    });
    await refuseStrangers(asking, checked);
    const judged = checked.map((row) => ({
      ...row,
      judged: row.flaw === null ? judge(row.cells, row.mapped, row.problems) : BAD,
    }));
    await refuseMisfits(asking, judged);
    return judged.map(({ line, mapped, problems, judged: { key, item } }) => {
      if (problems.length === 0) return { line, key, item, problems: null, mapped };
      return { line, key: null, item: null, problems: problems.slice(0, PROBLEMS_MAX), mapped };
    });
  };
}
