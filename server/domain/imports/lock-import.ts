import { ImportStopped } from "#server/domain/imports/rules.ts";
import type { Work } from "#server/domain/work.ts";

/** Locks an import that stands where the caller believes it to stand: two processes with one file take turns. */
export async function lockImport(work: Work, importId: string, state: "STAGING" | "STAGED"): Promise<void> {
  const [row] = await work.tx.$queryRaw<{ state: string }[]>`
    SELECT state FROM imports WHERE tenant_id = ${work.caller.tenantId}::uuid AND id = ${importId}::uuid FOR UPDATE`;
  if (row?.state !== state)
    throw new ImportStopped("The import no longer stands where this run left it: another process took it up.");
}
