import { z } from "zod";
import { BULK_MAX } from "#server/domain/bulks/rules.ts";
import { ids, instant, text, uuid } from "#server/domain/schema.ts";
import {
  CONCURRENT_MAX,
  DEVICE_NAME_MAX,
  IDLE_MIN_MINUTES,
  isNetwork,
  SESSION_STATUSES,
} from "#server/domain/sessions/rules.ts";

/** An address, or a range of them with the length of its prefix. */
export const network = text(60).refine(isNetwork, { error: "is neither an address nor a range of them" });

/** Which sessions of the tenant; empty is all of them. */
export const sessionFilter = z.strictObject({
  person: uuid.optional(),
  /** Without its version, as the choices name it. */
  browser: text(100, 1).optional(),
  address: network.optional(),
  openedBefore: instant.optional(),
  seenBefore: instant.optional(),
});
export type SessionFilter = z.output<typeof sessionFilter>;

const page = {
  /** The last of the page before. */
  after: uuid.optional(),
  limit: z.int().min(1).max(200).default(50),
};

export const sessionsInput = z.strictObject({
  filter: sessionFilter.default({}),
  /** Without any, all of them. */
  status: z.array(z.enum(SESSION_STATUSES)).max(SESSION_STATUSES.length).optional(),
  /** Of these alone. */
  ids: ids.optional(),
  ...page,
});

export const mySessionsInput = z.strictObject({
  /** Those that have ended, instead of those that live. */
  ended: z.boolean().default(false),
  ...page,
});

export const choicesInput = z.strictObject({
  q: text(100).optional(),
  /** Who is chosen already, and is among the answers whatever is looked for. */
  person: uuid.optional(),
});

export const freezeInput = z.strictObject({
  filter: sessionFilter.default({}),
  /** Whether the very session that asks is one of them. */
  own: z.boolean().default(false),
});

export const revokeInput = z.strictObject({ ids });
export const setIdInput = z.strictObject({ set: uuid });
export const sessionIdInput = z.strictObject({ id: uuid });
export const nothing = z.strictObject({});

export const deviceNameInput = z.strictObject({
  id: uuid,
  /** Empty: as its browser is called. */
  name: text(DEVICE_NAME_MAX).transform((name) => name.trim()),
});

export const sessionLimitsInput = z.strictObject({
  idleMinutes: z.int().min(IDLE_MIN_MINUTES).nullable(),
  absoluteHours: z.int().min(1).nullable(),
  concurrent: z.int().min(1).max(CONCURRENT_MAX).nullable(),
  /** How many are decided at once without a recent proof: 0 asks for one with every set. */
  stepUpBulk: z.int().min(0).max(BULK_MAX).nullable(),
  /** Whether everybody needs a second factor here. */
  secondFactor: z.boolean().default(false),
  /** The version that was edited; 0 where there was none. */
  version: z.int().min(0),
});
