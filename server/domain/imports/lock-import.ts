import type { ImportState } from "#server/domain/imports/rules.ts";
import { Refusal } from "#server/domain/refusals.ts";
import type { Work } from "#server/domain/work.ts";

export interface LockedImport {
  readonly id: string;
  readonly state: ImportState;
  readonly version: number;
  readonly fence: number;
  readonly personId: string | null;
  readonly withinId: string | null;
  readonly total: number;
  readonly bad: number;
}

/** Locks an import of the caller's own; null when there is none. The program may lock any: it goes on when a person cannot. */
export async function lockOwnImport({ tx, caller }: Work, id: string): Promise<LockedImport | null> {
  const [row] = await tx.$queryRaw<LockedImport[]>`
    SELECT id, state, version, fence, person_id AS "personId", within_id AS "withinId", total, bad
    FROM imports WHERE tenant_id = ${caller.tenantId}::uuid AND id = ${id}::uuid FOR UPDATE`;
  return row && (caller.kind === "SYSTEM" || row.personId === caller.personId) ? row : null;
}

/** Locks an import that stands where this run believes it to stand: of two processes with one import, one goes on. */
export async function lockImport(
  work: Work,
  { importId, fence }: { readonly importId: string; readonly fence: number },
  ...states: readonly ImportState[]
): Promise<LockedImport> {
  const row = await lockOwnImport(work, importId);
  if (!row || !states.includes(row.state) || row.fence !== fence) throw new Refusal("import.taken_over");
  return row;
}
