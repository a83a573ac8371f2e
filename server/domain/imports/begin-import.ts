import { command } from "#server/domain/command.ts";
import { uuidv7 } from "#server/domain/ids.ts";
import { beginInput } from "#server/domain/imports/schema.ts";
import { Refusal } from "#server/domain/refusals.ts";

export interface Begun {
  readonly id: string;
  /** STAGING begins anew; STAGED is taken up at its first row not done; SUBMITTED has nothing left to do. */
  readonly state: "STAGING" | "STAGED" | "SUBMITTED";
  readonly fence: number;
  readonly total: number;
  readonly bad: number;
  readonly submitted: number;
  readonly known: number;
}

/** Opens the command line's import of a file with a map, or takes up the one that stopped. */
export const beginImport = command({
  name: "imports.begin",
  permission: "imports:run",
  at: "tenant",
  input: beginInput,
  run: async (work, { sourceHash, fileName }): Promise<Begun> => {
    const { tenantId } = work.caller;
    const [kept] = await work.tx.$queryRaw<(Begun & { state: string })[]>`
      SELECT id, state, fence, total, bad, submitted, known FROM imports
      WHERE tenant_id = ${tenantId}::uuid AND source_hash = ${sourceHash} AND person_id IS NULL FOR UPDATE`;
    // Rows that were bad may be good by now: an organisation was made, a person has joined.
    if (kept?.state === "STAGED" || (kept?.state === "SUBMITTED" && kept.bad === 0)) return kept;
    // Staging that stopped is not continued: under a new id, whoever may still be at it has lost its place.
    if (kept) await work.tx.import.delete({ where: { tenantId_id: { tenantId, id: kept.id } } });
    const id = uuidv7();
    const { count } = await work.tx.import.createMany({
      data: { tenantId, id, sourceHash, fileName, state: "STAGING" },
      skipDuplicates: true,
    });
    if (count === 0) throw new Refusal("import.taken_over");
    const after = { state: "STAGING", fileName, sourceHash };
    work.audit({
      class: "CHANGE",
      action: "import.begun",
      targetType: "import",
      targetId: id,
      scopeId: null,
      before: null,
      after,
    });
    work.emit({
      aggregateType: "IMPORTS",
      aggregateId: id,
      aggregateVersion: 1,
      eventType: "ImportBegun",
      payload: { fileName },
    });
    return { id, state: "STAGING", fence: 0, total: 0, bad: 0, submitted: 0, known: 0 };
  },
});
