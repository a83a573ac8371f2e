import { z } from "zod";
import { LANGUAGES } from "#server/domain/identity/rules.ts";
import { email, password } from "#server/domain/identity/schema.ts";
import { MEMBER_STATUSES } from "#server/domain/people/rules.ts";
import { ids, text, uuid } from "#server/domain/schema.ts";

/** A SHA-256 as the database keeps it. */
const hash = z.string().regex(/^[0-9a-f]{64}$/);

const offer = {
  email,
  name: text(120, 1),
  /** Without one, the mail and the page are written in English. */
  language: z.enum(LANGUAGES).optional(),
  role: z.string().min(1).max(80).optional(),
  scopeId: uuid.optional(),
};
const roleWithScope = (given: { role?: string | undefined; scopeId?: string | undefined }) =>
  (given.role === undefined) === (given.scopeId === undefined);
const ROLE_WITH_SCOPE = { error: "a role goes with the scope where it is held", path: ["scopeId"] };

export const inviteInput = z.strictObject(offer).refine(roleWithScope, ROLE_WITH_SCOPE);

export const offerInput = z.strictObject({ ...offer, tokenHash: hash }).refine(roleWithScope, ROLE_WITH_SCOPE);

export const invitationInput = z.strictObject({ id: uuid });

export const personIdInput = z.strictObject({ personId: uuid });

export const acceptInput = z.strictObject({
  invitationId: uuid,
  /** Somebody with an account, who has just proven to be it. */
  personId: uuid.nullable(),
  name: text(120, 1),
  passwordHash: z.string().nullable(),
  /** What a new person reads from now on; without one, what the invitation was written in. */
  language: z.enum(LANGUAGES).optional(),
});

const token = z.string().min(1).max(200);
export const tokenInput = z.strictObject({ token });

/** What the page of an invitation sends; the token is all that says which. */
export const welcomeInput = z.strictObject({
  token,
  name: text(120, 1).optional(),
  password: password.optional(),
  /** The page's, as it was read. */
  language: z.enum(LANGUAGES).optional(),
});

export const memberStatusInput = z.strictObject({ id: uuid, status: z.enum(MEMBER_STATUSES) });

export const blockInput = z.strictObject({ personId: uuid, blocked: z.boolean() });

export const peopleInput = z.strictObject({
  q: text(100).optional(),
  /** Without any, those who have not left. */
  status: z.array(z.enum(MEMBER_STATUSES)).max(MEMBER_STATUSES.length).optional(),
  /** Of these memberships alone. */
  ids: ids.optional(),
  /** The membership after which the page begins. */
  after: uuid.optional(),
  limit: z.int().min(1).max(200).default(50),
});
