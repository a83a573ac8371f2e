import { command } from "#server/domain/command.ts";
import { refuseWeakPassword } from "#server/domain/identity/judge-password.ts";
import { personInput } from "#server/domain/identity/schema.ts";
import { uuidv7 } from "#server/domain/ids.ts";
import { userCreated } from "#server/domain/people/events.ts";
import { hashPassword } from "#server/platform/passwords.ts";

/**
 * A person, known once by e-mail, as a member of the caller's tenant. An existing person keeps name and password. For
 * the program alone: whoever sets a password for an address owns what that address is given later, in any tenant.
 */
export const addPerson = command({
  name: "people.add",
  permission: "system",
  at: "tenant",
  input: personInput,
  run: async (work, { email, name, password, locale }): Promise<{ personId: string; created: boolean }> => {
    const { tenantId } = work.caller;
    if (password) await refuseWeakPassword(password, { email, name, tenants: [] });
    const id = uuidv7();
    const created =
      (await work.tx
        .$executeRaw`INSERT INTO people (id, email, name, locale) VALUES (${id}::uuid, ${email}, ${name}, ${locale ?? null}) ON CONFLICT (email) DO NOTHING`) ===
      1;
    const person = await work.tx.person.findUniqueOrThrow({ where: { email } });
    if (created && password)
      await work.tx.credential.create({ data: { personId: person.id, passwordHash: await hashPassword(password) } });
    const membershipId = uuidv7();
    const joined = await work.tx.$executeRaw`
      INSERT INTO memberships (tenant_id, id, person_id) VALUES (${tenantId}::uuid, ${membershipId}::uuid, ${person.id}::uuid) ON CONFLICT (tenant_id, person_id) DO NOTHING`;
    if (joined === 1) {
      work.audit({
        class: "CHANGE",
        action: "person.added",
        targetType: "person",
        targetId: person.id,
        scopeId: null,
        before: null,
        after: { email, name },
      });
      work.emit(userCreated(membershipId, 1, person.id));
    }
    return { personId: person.id, created };
  },
});
