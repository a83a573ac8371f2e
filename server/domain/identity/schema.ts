import { z } from "zod";
import { text } from "#server/domain/schema.ts";

export const email = text(320, 3)
  .transform((s) => s.trim().toLowerCase())
  .pipe(z.email());

/** 8 at least, 64 and more allowed; the bound keeps the hash affordable. */
export const password = z.string().min(8).max(256);

export const personInput = z.strictObject({
  email,
  name: text(120, 1),
  password: password.optional(),
  locale: z.enum(["en", "es"]).default("en"),
});

export const credentialsInput = z.object({ email: z.string().max(400), password: z.string().max(256) });

export const sessionInput = z.strictObject({
  personId: z.uuid(),
  tokenHash: z.string().length(64),
  userAgent: z.string().max(1000),
  idleMinutes: z.int().min(1),
  absoluteHours: z.int().min(1),
});
