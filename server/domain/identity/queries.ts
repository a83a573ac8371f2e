import { z } from "zod";
import { scopesHeld } from "#server/domain/access/queries.ts";
import { languageOf } from "#server/domain/identity/rules.ts";
import { placesInput } from "#server/domain/identity/schema.ts";
import { query } from "#server/domain/query.ts";
import { Refusal } from "#server/domain/refusals.ts";
import type { Transaction } from "#server/platform/db.ts";
import { database } from "#server/platform/db.ts";

export interface TenantName {
  readonly id: string;
  readonly code: string;
  readonly name: string;
}

/** The tenants that a person may act in, shown by the policy `own_memberships`. */
async function ownTenants(tx: Transaction, personId: string): Promise<TenantName[]> {
  await tx.$executeRaw`SELECT set_config('app.person_id', ${personId}, true)`;
  return tx.$queryRaw<TenantName[]>`
    SELECT t.id, t.code, t.name FROM memberships m JOIN tenants t ON t.id = m.tenant_id
    WHERE m.person_id = ${personId}::uuid AND m.status = 'ACTIVE' ORDER BY t.name, t.id LIMIT 200`;
}

/** The tenant a person's session opens in: the oldest active membership, shown by the policy `own_memberships`. */
export async function firstTenant(personId: string): Promise<string | null> {
  return database().client.$transaction(async (tx) => {
    await tx.$executeRaw`SELECT set_config('app.person_id', ${personId}, true)`;
    const membership = await tx.membership.findFirst({
      where: { personId, status: "ACTIVE" },
      orderBy: { createdAt: "asc" },
    });
    return membership?.tenantId ?? null;
  });
}

export const tenantsOf = (personId: string) => database().client.$transaction((tx) => ownTenants(tx, personId));

const PLACES_MAX = 100;

/** Where the caller could act instead: other tenants of theirs, and organisations and cycles of this one. */
export const myPlaces = query({
  name: "sessions.places",
  permission: null,
  input: placesInput,
  run: async ({ caller, tx }, { q }) => {
    const wanted = q?.trim().toLowerCase() ?? "";
    const held = scopesHeld(caller)
      .filter((s) => s.code.toLowerCase().includes(wanted) || s.name.toLowerCase().includes(wanted))
      .sort((a, b) => a.name.localeCompare(b.name));
    return {
      tenants: caller.personId ? await ownTenants(tx, caller.personId) : [],
      scopes: held.slice(0, PLACES_MAX).map(({ id, kind, code, name }) => ({ id, kind, code, name })),
      more: held.length > PLACES_MAX,
    };
  },
});

/** The caller's own profile. */
export const myProfile = query({
  name: "profile.get",
  permission: null,
  input: z.strictObject({}),
  run: async ({ caller, tx }) => {
    const person = caller.personId ? await tx.person.findUnique({ where: { id: caller.personId } }) : null;
    if (!person) throw new Refusal("person.not_found");
    const { name, email, locale, timeZone } = person;
    return { name, email, language: locale === null ? null : languageOf(locale), timeZone };
  },
});

/** A tenant's id by its code, or null. */
export async function tenantByCode(code: string): Promise<string | null> {
  const tenant = await database().client.tenant.findUnique({ where: { code } });
  return tenant?.id ?? null;
}

export async function tenantIds(): Promise<string[]> {
  return (await database().client.tenant.findMany({ select: { id: true }, orderBy: { id: "asc" } })).map((t) => t.id);
}
