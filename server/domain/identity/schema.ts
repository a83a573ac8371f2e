import { z } from "zod";
import { LANGUAGES, lengthFlaw, PASSWORD_MAX, PASSWORD_MIN } from "#server/domain/identity/rules.ts";
import { text, uuid } from "#server/domain/schema.ts";

export const email = text(320, 3)
  .transform((s) => s.trim().toLowerCase())
  .pipe(z.email());

/** Eight characters of any kind; the upper bound keeps the hash affordable, and nothing is ever cut off. */
export const password = text(PASSWORD_MAX).refine((given) => lengthFlaw(given) === null, {
  error: `has ${PASSWORD_MIN} characters or more`,
});

/** One that is only compared: whatever it is, it is right or wrong. */
const guess = z.string().max(2 * PASSWORD_MAX);

export const personInput = z.strictObject({
  email,
  name: text(120, 1),
  password: password.optional(),
  /** Without one, the browser says it. */
  locale: z.enum(LANGUAGES).optional(),
});

export const credentialsInput = z.object({ email: z.string().max(400), password: z.string().max(256) });

/** A SHA-256 as the database keeps it. */
const hash = z.string().regex(/^[0-9a-f]{64}$/);

/** A device by its cookie: the one that came, and the one that takes its place. */
export const deviceInput = z.strictObject({ presented: hash.nullable(), fresh: hash });

export const sessionInput = z.strictObject({
  personId: z.uuid(),
  tokenHash: z.string().length(64),
  userAgent: z.string().max(1000),
  location: z.string().max(1000).default(""),
  idleMinutes: z.int().min(1),
  absoluteHours: z.int().min(1),
  /** The password that was proven, by when it was set: a session is opened only while it is still theirs. */
  changedAt: z.date().optional(),
  device: deviceInput.optional(),
  provenAt: z.number().optional(),
  endsBy: z.date().optional(),
  familyId: z.uuid().optional(),
  /** Their session that ends with it, and takes no place beside it. */
  replaces: z.uuid().optional(),
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

export const changePasswordInput = z.strictObject({
  current: guess,
  password,
  /** Ends every other session of theirs, in all of their tenants. */
  elsewhere: z.boolean().default(true),
});

export const replacePasswordInput = z.strictObject({
  passwordHash: z.string().min(1).max(500),
  /** The password that was proven, by when it was set. */
  changedAt: z.date(),
  elsewhere: z.boolean(),
});

export const askResetInput = z.strictObject({ email: text(320, 3) });
export const sendResetInput = z.strictObject({ requestId: z.uuid(), personId: z.uuid(), language: z.enum(LANGUAGES) });

const token = z.string().min(1).max(200);
export const linkInput = z.strictObject({ token });
export const resetInput = z.strictObject({ token, password });

export const settleResetInput = z.strictObject({
  linkId: z.uuid(),
  passwordHash: z.string().min(1).max(500),
  /** The browser that set it, known from then on. */
  device: z.strictObject({ device: deviceInput, browser: z.string().max(200), os: z.string().max(200) }).nullable(),
});
export const settleAlarmInput = z.strictObject({ linkId: z.uuid() });

export const tenantChoice = z.strictObject({ tenantId: uuid });
export const narrowInput = z.strictObject({ scopeId: uuid.nullable() });
export const placesInput = z.strictObject({ q: text(100).optional() });

const base64url = (max: number) =>
  z
    .string()
    .max(max)
    .regex(/^[A-Za-z0-9_-]*$/);
const credentialId = base64url(1400).min(1);

/** What a browser answers with a passkey; its bytes are verified by who reads them. */
export const assertion = z.object({
  id: credentialId,
  rawId: credentialId,
  type: z.literal("public-key"),
  response: z.object({
    clientDataJSON: base64url(4000),
    authenticatorData: base64url(4000),
    signature: base64url(2000),
    userHandle: base64url(200).optional(),
  }),
});

export const attestation = z.object({
  id: credentialId,
  rawId: credentialId,
  type: z.literal("public-key"),
  response: z.object({
    clientDataJSON: base64url(4000),
    attestationObject: base64url(20_000),
    transports: z
      .array(
        z
          .string()
          .max(20)
          .regex(/^[a-z-]+$/),
      )
      .max(10)
      .optional(),
  }),
});

/** Six digits, or a recovery code. */
export const typedCode = text(64, 1);

export const proofInput = z.union([
  z.strictObject({ passkey: assertion }),
  z.strictObject({ password: z.string().max(256), code: typedCode.optional() }),
]);

export const nothing = z.strictObject({});
export const codeInput = z.strictObject({ code: typedCode });
export const passkeySignInInput = z.strictObject({ passkey: assertion });
export const newPasskeyInput = z.strictObject({ passkey: attestation, name: text(60, 1) });
/** What a proof was made of. */
export const provenInput = z.strictObject({
  by: z
    .array(z.enum(["password", "totp", "recovery", "passkey"]))
    .min(1)
    .max(2),
});
export const passkeyIdInput = z.strictObject({ id: uuid });
