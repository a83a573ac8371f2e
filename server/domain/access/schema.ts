import { z } from "zod";
import { ASK_HOURS_MAX, PERMISSIONS } from "#server/domain/access/rules.ts";
import { email } from "#server/domain/identity/schema.ts";
import type { PayloadSchema } from "#server/domain/payload-schemas/rules.ts";
import { instant, text, uuid } from "#server/domain/schema.ts";

export const scopeCode = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$/, { error: "letters, digits, - and _, 63 at most" });

export const tenantInput = z.strictObject({
  id: uuid,
  rootId: uuid,
  code: z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/),
  name: text(120, 1),
});

export const scopesInput = z.strictObject({
  parentId: uuid,
  kind: z.enum(["ORG", "CYCLE", "COMMUNITY", "EVENT"]),
  items: z
    .array(z.strictObject({ code: scopeCode, name: text(120, 1) }))
    .min(1)
    .max(1000),
});

export const assignmentInput = z
  .strictObject({
    personId: uuid.optional(),
    /** A member by address, for who does not see the list of people. */
    email: email.optional(),
    clientId: uuid.optional(),
    role: z.string().min(1).max(80),
    scopeId: uuid,
    effect: z.enum(["ALLOW", "DENY"]).default("ALLOW"),
    from: instant.optional(),
    until: instant.optional(),
    reason: text(500).optional(),
  })
  .refine((a) => [a.personId, a.email, a.clientId].filter((given) => given !== undefined).length === 1, {
    error: "names one person or one client",
  })
  .refine(({ from, until }) => !until || !from || until > from, { error: "ends before it begins", path: ["until"] });

/** Whom a question is about; nobody is oneself. */
const subject = { personId: uuid.optional(), clientId: uuid.optional() };
const ofOne = { error: "names one person or one client", path: ["clientId"] };
const isOne = (of: { personId?: string | undefined; clientId?: string | undefined }) => !of.personId || !of.clientId;

export const subjectInput = z.strictObject(subject);
export const holdingsInput = z
  .strictObject({
    ...subject,
    /** Of one alone. */
    permission: z.enum(PERMISSIONS).optional(),
    /** The last place of the page before, of that one. */
    after: uuid.optional(),
    /** So many places of each. */
    limit: z.int().min(1).max(200).default(100),
  })
  .refine(isOne, ofOne)
  .refine(({ after, permission }) => !after || permission, { error: "goes on with one permission", path: ["after"] });
export const explainInput = z
  .strictObject({
    ...subject,
    permission: z.enum(PERMISSIONS),
    /** Without one, the tenant as a whole. */
    scopeId: uuid.optional(),
    /** As it stood then; without one, as it stands now. */
    at: instant.refine((at) => at.getTime() <= Date.now(), { error: "has not come yet" }).optional(),
  })
  .refine(isOne, ofOne);

export const whoCanInput = z.strictObject({
  permission: z.enum(PERMISSIONS),
  scopeId: uuid,
  /** The last of the page before. */
  after: uuid.optional(),
  limit: z.int().min(1).max(200).default(50),
});

/** What a tenant calls its own role everywhere but on a screen; built-in ones have theirs. */
export const roleCode = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, { error: "lower-case letters, digits and -, 63 at most" });

const rolePermissions = z
  .array(z.enum(PERMISSIONS))
  .max(PERMISSIONS.length)
  .transform((all) => PERMISSIONS.filter((permission) => all.includes(permission)));
const roleWords = { name: text(80, 1), description: text(500).default("") };

export const roleInput = z.strictObject({ code: roleCode, ...roleWords, permissions: rolePermissions });

export const roleChangeInput = z.strictObject({
  id: uuid,
  /** The one that was edited. */
  version: z.int().min(1),
  ...roleWords,
  permissions: rolePermissions,
});

export const roleDeletionInput = z.strictObject({ id: uuid, version: z.int().min(1) });

const given = {
  role: z.string().min(1).max(80),
  scopeId: uuid,
  effect: z.enum(["ALLOW", "DENY"]).default("ALLOW"),
  from: instant.optional(),
  until: instant.optional(),
};

const change = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("ROLE"), id: uuid, permissions: rolePermissions }),
  z.strictObject({ kind: z.literal("DELETE"), id: uuid }),
  z.strictObject({ kind: z.literal("ASSIGN"), personId: uuid.optional(), clientId: uuid.optional(), ...given }),
  z.strictObject({ kind: z.literal("REVOKE"), id: uuid }),
]);
export type Change = z.output<typeof change>;

export const simulationInput = z.strictObject({
  change,
  /** So many of those whom it touches are named; all of them are counted. */
  limit: z.int().min(1).max(200).default(50),
});

const askedHours = z.int().min(1).max(ASK_HOURS_MAX);
const askedReason = text(500, 1);

/** Access asked for oneself: a role, where, for how long, and why. */
export const askInput = z.strictObject({
  role: z.string().min(1).max(80),
  scopeId: uuid,
  hours: askedHours,
  reason: askedReason,
});

/** Where it would be asked for. */
export const askableInput = z.strictObject({ scopeId: uuid.optional() });

/** What a request for access says: what the role held when it was asked for is what its decider saw. */
export const askedPayload = z.object({
  role: z.string().min(1).max(80),
  permissions: z.array(z.string().max(80)).max(200),
  hours: askedHours,
  reason: askedReason,
});

/** The same as the policy of such requests asks for it. */
export const ASKED_FORM: PayloadSchema = {
  type: "object",
  title: "Access",
  properties: {
    role: { type: "string", title: "Role", minLength: 1, maxLength: 80 },
    permissions: {
      type: "array",
      title: "What the role may",
      description: "All that it holds; a role that holds more by then is not given.",
      items: { type: "string" },
      maxItems: 200,
    },
    hours: {
      type: "integer",
      title: "For how many hours",
      description: "From the moment of the approval.",
      minimum: 1,
      maximum: ASK_HOURS_MAX,
    },
    reason: { type: "string", title: "Why", minLength: 1, maxLength: 500 },
  },
  required: ["role", "permissions", "hours", "reason"],
  additionalProperties: false,
};
export const unusedInput = z
  .strictObject({
    ...subject,
    /** The last of the page before. */
    after: uuid.optional(),
    limit: z.int().min(1).max(200).default(50),
  })
  .refine(isOne, ofOne);

export const revocationInput = z.strictObject({ id: uuid });

export const scopeNameInput = z.strictObject({
  id: uuid,
  name: text(120, 1),
  /** The name that was seen when it was edited. */
  was: text(120).optional(),
});

export const scopesListInput = z.strictObject({ q: text(100).optional() });

export const assignmentsInput = z.strictObject({
  personId: uuid.optional(),
  scopeId: uuid.optional(),
  /** What stands above this one, and reaches it. */
  above: uuid.optional(),
  q: text(100).optional(),
  before: uuid.optional(),
  limit: z.int().min(1).max(200).default(50),
});
