import { command } from "#server/domain/command.ts";
import { inOwnTenants } from "#server/domain/identity/visit-tenants.ts";
import { blockInput } from "#server/domain/people/schema.ts";
import { refuseWithoutPlatform } from "#server/domain/platform/queries.ts";
import { endSessionsOf } from "#server/domain/sessions/end-sessions.ts";
import { clock } from "#server/platform/db.ts";

/**
 * Keeps a person out of every tenant, or lets them in again, in one commit, which each tenant of theirs has in its audit; for
 * whom the program does it has to administer the people of the installation. Not held back for a last administrator:
 * whoever runs the installation must be able to stop an account.
 */
export const blockPerson = command({
  name: "people.block",
  permission: "system",
  at: "tenant",
  input: blockInput,
  sensitive: true,
  run: async (work, { personId, blocked }): Promise<{ personId: string }> => {
    await refuseWithoutPlatform(work, "platform:people");
    const at = await clock(work.tx);
    if (blocked)
      await work.tx.person.updateMany({ where: { id: personId, disabledAt: null }, data: { disabledAt: at } });
    else await work.tx.person.updateMany({ where: { id: personId }, data: { disabledAt: null } });
    await inOwnTenants(work, personId, async (inner) => {
      if (blocked) await endSessionsOf(inner, personId, "person_disabled");
      inner.audit({
        class: "SECURITY",
        action: blocked ? "person.blocked" : "person.unblocked",
        targetType: "person",
        targetId: personId,
        scopeId: null,
        before: { blocked: !blocked },
        after: { blocked },
        at,
      });
    });
    return { personId };
  },
});
