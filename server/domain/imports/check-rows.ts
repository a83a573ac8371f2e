import { createHash } from "node:crypto";
import canonicalize from "canonicalize";
import { submission } from "#server/domain/approvals/schema.ts";
import type { Caller } from "#server/domain/caller.ts";
import { membersAmong } from "#server/domain/imports/queries.ts";
import type { FileRow } from "#server/domain/imports/read-rows.ts";
import type { MappedRow } from "#server/domain/imports/rules.ts";
import { mapper, quoted } from "#server/domain/imports/rules.ts";
import type { ImportMap, Problem, StagedRow } from "#server/domain/imports/schema.ts";

const PROBLEMS_MAX = 50;
const MESSAGE_MAX = 400;

/** The SHA-256 of a row's RFC 8785 text: the same row has the same hash whatever the order of its columns. */
function rowHash(header: readonly string[], cells: readonly string[]): string {
  const row = Object.fromEntries(header.map((name, i) => [name, cells[i]]));
  return createHash("sha256")
    .update(canonicalize(row) as string)
    .digest("hex");
}

function organisations(caller: Caller): ReadonlyMap<string, string> {
  return new Map([...caller.access.scopes.values()].filter((s) => s.kind === "ORG").map((s) => [s.code, s.id]));
}

async function refuseStrangers(
  caller: Caller,
  rows: readonly { mapped: MappedRow; problems: Problem[] }[],
): Promise<void> {
  const address = (mapped: MappedRow) => mapped.submission.requesterEmail?.trim().toLowerCase();
  const emails = [...new Set(rows.flatMap(({ mapped }) => address(mapped) ?? []))].filter(
    (e) => e.length <= 320 && !e.includes("\u0000"),
  );
  if (emails.length === 0) return;
  const members = await membersAmong(caller, { emails });
  for (const { mapped, problems } of rows) {
    const email = address(mapped);
    if (email !== undefined && !members.has(email))
      problems.push({ field: "requesterEmail", message: `${quoted(email)} is no member of this tenant` });
  }
}

/** Judges rows as submitting them would, so that what is staged as good can be submitted. */
export function rowChecker(
  caller: Caller,
  map: ImportMap,
  header: readonly string[],
): (rows: readonly FileRow[]) => Promise<StagedRow[]> {
  const orgs = organisations(caller);
  const read = mapper(map, header);

  const staged = (
    cells: readonly string[],
    mapped: MappedRow,
    problems: Problem[],
  ): Pick<StagedRow, "key" | "item"> => {
    const orgId = mapped.org === undefined ? undefined : orgs.get(mapped.org);
    if (mapped.org !== undefined && orgId === undefined)
      problems.push({ field: "org", message: `${quoted(mapped.org)} is no organisation of this tenant` });
    const { importKey } = mapped;
    const item = {
      ...mapped.submission,
      ...(orgId === undefined ? {} : { orgId }),
      ...(importKey === undefined ? {} : { importKey }),
    };
    const judged = submission.safeParse(item);
    if (judged.success) return { key: judged.data.importKey ?? rowHash(header, cells), item };
    const told = new Set(problems.map((p) => p.field));
    for (const { path, message } of judged.error.issues) {
      const field = path.join(".");
      if (!told.has(field)) problems.push({ field, message });
    }
    return { key: null, item: null };
  };

  return async (rows) => {
    const checked = rows.map(({ line, cells, flaw }) => {
      const problems: Problem[] = flaw === null ? [] : [{ field: "row", message: flaw }];
      return { line, cells, flaw, problems, mapped: read(flaw === null ? cells : [], flaw === null ? problems : []) };
    });
    await refuseStrangers(caller, checked);
    return checked.map(({ line, cells, flaw, mapped, problems }) => {
      const result = flaw === null ? staged(cells, mapped, problems) : { key: null, item: null };
      if (problems.length === 0) return { line, ...result, problems: null };
      return {
        line,
        key: null,
        item: null,
        problems: problems.slice(0, PROBLEMS_MAX).map((p) => ({ ...p, message: p.message.slice(0, MESSAGE_MAX) })),
      };
    });
  };
}
