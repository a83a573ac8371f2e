import { z } from "zod";
import { PERMISSIONS } from "#server/domain/access/rules.ts";
import { text, uuid } from "#server/domain/schema.ts";
import {
  CLIENT_STATUSES,
  OVERLAP_DAYS,
  OVERLAP_DAYS_MAX,
  TOKEN_DAYS,
  TOKEN_DAYS_MAX,
} from "#server/domain/service-clients/rules.ts";

const clientCode = z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, { error: "small letters, digits and -, 63 at most" });

const description = text(500)
  .default("")
  .transform((s) => s.trim());

export const clientInput = z.strictObject({ code: clientCode, name: text(120, 1), description });

export const clientChange = z.strictObject({
  id: uuid,
  name: text(120, 1),
  description,
  /** The version that was seen when it was edited. */
  version: z.int().min(1).optional(),
});

export const clientIdInput = z.strictObject({ id: uuid });

export const clientStatusInput = z.strictObject({ id: uuid, status: z.enum(CLIENT_STATUSES) });

export const clientsInput = z.strictObject({
  q: text(100).optional(),
  /** The last of the page before. */
  after: uuid.optional(),
  limit: z.int().min(1).max(200).default(50),
});

const days = z.int().min(1).max(TOKEN_DAYS_MAX).default(TOKEN_DAYS);

export const tokenInput = z.strictObject({
  clientId: uuid,
  name: text(120, 1),
  days,
  /** Absent: all that the client may. */
  permissions: z.array(z.enum(PERMISSIONS)).min(1).max(PERMISSIONS.length).optional(),
  /** Absent: wherever the client may. */
  scopeId: uuid.optional(),
});

export const rotationInput = z.strictObject({
  id: uuid,
  days,
  /** How long the old token lives on, unless it ends before. */
  overlapDays: z.int().min(0).max(OVERLAP_DAYS_MAX).default(OVERLAP_DAYS),
});

export const tokenEndInput = z.strictObject({ id: uuid, reason: text(500).optional() });
