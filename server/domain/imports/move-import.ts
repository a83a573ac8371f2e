import type { LockedImport } from "#server/domain/imports/lock-import.ts";
import type { ImportState } from "#server/domain/imports/rules.ts";
import type { Work } from "#server/domain/work.ts";
import type { Prisma } from "#server/platform/db.ts";

interface Move {
  readonly state: ImportState;
  /** As the event says it, and in small letters the audit: `Staged`. */
  readonly event: "Uploaded" | "Mapped" | "Staged" | "Refused" | "Started" | "Submitted" | "Stopped" | "Failed";
  readonly set?: Omit<Prisma.ImportUncheckedUpdateInput, "state" | "version">;
  readonly facts?: Readonly<Record<string, unknown>>;
}

/** Puts a locked import into its next state: one version, with its audit row and its event. */
export async function moveImport(work: Work, from: LockedImport, { state, event, set, facts }: Move): Promise<void> {
  const { id } = from;
  const version = from.version + 1;
  await work.tx.import.update({
    where: { tenantId_id: { tenantId: work.caller.tenantId, id } },
    data: { ...set, state, version },
  });
  work.audit({
    class: "CHANGE",
    action: `import.${event.toLowerCase()}`,
    targetType: "import",
    targetId: id,
    scopeId: from.withinId,
    before: { state: from.state },
    after: { state, ...facts },
  });
  work.emit({
    aggregateType: "IMPORTS",
    aggregateId: id,
    aggregateVersion: version,
    eventType: `Import${event}`,
    payload: { ...facts },
  });
}
