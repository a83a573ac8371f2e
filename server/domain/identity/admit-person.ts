import { Prisma } from "#server/platform/db.ts";

/** Whom a sign-in lets in, and whom a check answers at all: neither stopped everywhere nor frozen by their owner's word. */
export const ADMITTED = Prisma.sql`p.disabled_at IS NULL AND p.frozen_at IS NULL`;

/** The same in parts, of a member `m`: what keeps them out. */
export const STANDING = Prisma.sql`m.status, p.disabled_at IS NOT NULL AS blocked, p.frozen_at IS NOT NULL AS frozen`;

export const isAdmitted = (person: { readonly disabledAt: Date | null; readonly frozenAt: Date | null }) =>
  person.disabledAt === null && person.frozenAt === null;
