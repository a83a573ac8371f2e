import { z } from "zod";
import { LANGUAGES } from "#server/domain/identity/rules.ts";
import { text, uuid } from "#server/domain/schema.ts";

export const email = text(320, 3)
  .transform((s) => s.trim().toLowerCase())
  .pipe(z.email());

/** 8 at least, 64 and more allowed; the bound keeps the hash affordable. */
export const password = z.string().min(8).max(256);

export const personInput = z.strictObject({
  email,
  name: text(120, 1),
  password: password.optional(),
  /** Without one, the browser says it. */
  locale: z.enum(LANGUAGES).optional(),
});

export const credentialsInput = z.object({ email: z.string().max(400), password: z.string().max(256) });

export const sessionInput = z.strictObject({
  personId: z.uuid(),
  tokenHash: z.string().length(64),
  userAgent: z.string().max(1000),
  location: z.string().max(1000).default(""),
  idleMinutes: z.int().min(1),
  absoluteHours: z.int().min(1),
});

const isTimeZone = (zone: string): boolean => {
  try {
    return Boolean(new Intl.DateTimeFormat("en", { timeZone: zone }));
  } catch {
    return false;
  }
};

export const profileInput = z.strictObject({
  name: text(120, 1),
  /** null: as the browser asks. */
  language: z.enum(LANGUAGES).nullable(),
  /** null: the browser's. */
  timeZone: text(64, 1).refine(isTimeZone, { error: "is no time zone" }).nullable(),
});

export const tenantChoice = z.strictObject({ tenantId: uuid });
export const narrowInput = z.strictObject({ scopeId: uuid.nullable() });
export const placesInput = z.strictObject({ q: text(100).optional() });
