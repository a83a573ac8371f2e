import { ADMITTED } from "#server/domain/identity/admit-person.ts";
import type { PlatformPermission } from "#server/domain/platform/rules.ts";
import { Refusal } from "#server/domain/refusals.ts";
import type { Work } from "#server/domain/work.ts";
import { database } from "#server/platform/db.ts";

/**
 * For whom the program acts has to hold it. The command line by itself, without anybody's name, is the operator of the
 * installation, who could write the table anyway.
 */
export async function refuseWithoutPlatform({ tx, caller }: Work, permission: PlatformPermission): Promise<void> {
  const { personId } = caller;
  if (personId === null) return;
  const held = await tx.$queryRaw<unknown[]>`
    SELECT FROM platform_assignments a JOIN people p ON p.id = a.person_id AND ${ADMITTED}
    WHERE a.person_id = ${personId}::uuid AND a.permission = ${permission}`;
  if (held.length === 0) throw new Refusal("platform.denied", { permission });
}

/** Who runs the installation: for the command line. */
export async function platformHolders(): Promise<{ email: string; permission: string }[]> {
  return database().client.$queryRaw`
    SELECT p.email, a.permission FROM platform_assignments a JOIN people p ON p.id = a.person_id ORDER BY 1, 2 LIMIT 1000`;
}
