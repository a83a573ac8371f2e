import { z } from "zod";
import { FACTOR_CHANGES, LANGUAGES } from "#server/domain/identity/rules.ts";
import { PROVIDERS, STATUSES, TEMPLATES } from "#server/domain/messaging/rules.ts";
import { ids, text, uuid } from "#server/domain/schema.ts";

const request = {
  approvalId: uuid,
  title: text(500, 1),
  type: text(80, 1),
  /** Minor units. */
  amount: z
    .string()
    .regex(/^-?\d+$/)
    .nullable(),
};

/** What each template is told. Nothing in it is a secret: those go beside it, into placeholders. */
export const templateData = {
  approvalReminder: z.strictObject({
    ...request,
    stage: text(80, 1),
    requester: text(200).nullable(),
    waitingSince: z.date(),
    dueAt: z.date().nullable(),
    by: text(200, 1),
  }),
  decisionTold: z.strictObject({
    ...request,
    state: z.enum(["APPROVED", "REJECTED"]),
    decidedBy: text(200, 1),
    decidedAt: z.date(),
    comment: text(4000).nullable(),
  }),
  changesRequested: z.strictObject({
    ...request,
    decidedBy: text(200, 1),
    decidedAt: z.date(),
    comment: text(4000).nullable(),
  }),
  invitation: z.strictObject({
    tenant: text(120, 1),
    /** Whoever invites; null is the command line. */
    by: text(200, 1).nullable(),
    hours: z.int().min(1).max(1000),
  }),
  passwordReset: z.strictObject({ minutes: z.int().min(1).max(1440), address: text(100) }),
  passwordChanged: z.strictObject({ at: z.date(), address: text(100) }),
  newDevice: z.strictObject({
    browser: text(200),
    os: text(200),
    address: text(100),
    at: z.date(),
    days: z.int().min(1).max(31),
  }),
  factorChanged: z.strictObject({
    change: z.enum(FACTOR_CHANGES),
    at: z.date(),
    address: text(100),
    days: z.int().min(1).max(31),
  }),
  factorsReset: z.strictObject({ at: z.date() }),
} as const satisfies Record<(typeof TEMPLATES)[number], z.ZodType>;

export type TemplateData = { readonly [T in keyof typeof templateData]: z.output<(typeof templateData)[T]> };

const sample = {
  approvalId: "00000000-0000-7000-8000-000000000000",
  title: "Medical equipment for the Fresno clinic",
  type: "medical",
  amount: "1250000",
};
const SAMPLE_AT = new Date("2026-11-20T09:30:00Z");
const SAMPLE_COMMENT = "The invoice names another supplier than the offer.\nPlease attach the right one.";

/** What the previews of the templates say. */
export const SAMPLES: TemplateData = {
  approvalReminder: {
    ...sample,
    stage: "Finance",
    requester: "Vera Lindqvist",
    waitingSince: SAMPLE_AT,
    dueAt: new Date("2026-11-30T17:00:00Z"),
    by: "Olu Adeyemi",
  },
  decisionTold: { ...sample, state: "APPROVED", decidedBy: "Olu Adeyemi", decidedAt: SAMPLE_AT, comment: null },
  changesRequested: { ...sample, decidedBy: "Olu Adeyemi", decidedAt: SAMPLE_AT, comment: SAMPLE_COMMENT },
  invitation: { tenant: "Northwind", by: "Ana Ferreira", hours: 72 },
  passwordReset: { minutes: 30, address: "198.51.100.7" },
  passwordChanged: { at: SAMPLE_AT, address: "198.51.100.7" },
  newDevice: { browser: "Firefox 143", os: "Linux", address: "198.51.100.7", at: SAMPLE_AT, days: 7 },
  factorChanged: { change: "passkeyAdded", at: SAMPLE_AT, address: "198.51.100.7", days: 7 },
  factorsReset: { at: SAMPLE_AT },
};

/** The one-time links of a template, by the name of their placeholder. */
export interface TemplateSecrets {
  readonly approvalReminder: Readonly<Record<never, string>>;
  readonly decisionTold: Readonly<Record<never, string>>;
  readonly changesRequested: Readonly<Record<never, string>>;
  readonly invitation: { readonly link: string };
  readonly passwordReset: { readonly link: string };
  readonly passwordChanged: Readonly<Record<never, string>>;
  readonly newDevice: { readonly link: string };
  readonly factorChanged: { readonly link: string };
  readonly factorsReset: Readonly<Record<never, string>>;
}

export const address = z
  .email()
  .max(320)
  .transform((s) => s.toLowerCase());

export const listMessagesInput = z.strictObject({
  status: z.array(z.enum(STATUSES)).max(STATUSES.length).optional(),
  template: z.array(z.enum(TEMPLATES)).max(TEMPLATES.length).optional(),
  /** Of these alone. */
  ids: ids.optional(),
  /** The messages about one approval, say. */
  targetId: uuid.optional(),
  before: uuid.nullish(),
  limit: z.int().min(1).max(200).default(50),
});
export type MessageFilter = z.output<typeof listMessagesInput>;

export const messageIdInput = z.strictObject({ id: uuid });
export const previewInput = z.strictObject({ template: z.enum(TEMPLATES), language: z.enum(LANGUAGES) });

const at = z.string().meta({ format: "date-time" });

export const messageShape = z.object({
  id: z.string(),
  template: z.enum(TEMPLATES),
  language: z.enum(LANGUAGES),
  to: z.object({ email: z.string(), personId: z.string().nullable(), name: z.string().nullable() }),
  subject: z.string(),
  status: z.enum(STATUSES),
  attempts: z.int(),
  lastError: z.string().nullable(),
  provider: z.enum(PROVIDERS).nullable(),
  createdAt: at,
  sentAt: at.nullable(),
});
export type Message = z.output<typeof messageShape>;
