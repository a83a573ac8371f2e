import { z } from "zod";
import { STAGE_PERMISSIONS } from "#server/domain/access/rules.ts";
import { typeName } from "#server/domain/approvals/schema.ts";
import { payloadSchema } from "#server/domain/payload-schemas/schema.ts";
import {
  CONDITION_MAX,
  conditionFlaw,
  HOURS_MAX,
  NEEDED_MAX,
  STAGES_MAX,
  TRY_OUT_MAX,
} from "#server/domain/policies/rules.ts";
import { text } from "#server/domain/schema.ts";

/** In the Common Expression Language; checked against the fields and functions that the grammar has. */
export const condition = text(CONDITION_MAX).superRefine((value, ctx) => {
  const flaw = value.trim() ? conditionFlaw(value) : null;
  if (flaw) ctx.addIssue({ code: "custom", message: `${flaw.message} (character ${flaw.start + 1})` });
});

export const stage = z
  .strictObject({
    name: text(80, 1),
    permission: z.enum(STAGE_PERMISSIONS),
    needed: z.int().min(1).max(NEEDED_MAX),
    /** Absent or blank: the stage always applies. */
    when: condition.nullish(),
  })
  .transform(({ when, ...rest }) => (when?.trim() ? { ...rest, when: when.trim() } : rest));

const stages = z
  .array(stage)
  .min(1)
  .max(STAGES_MAX)
  .superRefine((all, ctx) => {
    // Else a request to which no condition fits would be approved by nobody.
    if (all.length > 0 && all.every((s) => "when" in s))
      ctx.addIssue({ code: "custom", message: "at least one stage must apply without a condition" });
  });
const hours = (min: number) =>
  z
    .int()
    .min(min)
    .max(HOURS_MAX)
    .nullish()
    .transform((v) => v ?? null);

const rulesOf = {
  stages,
  /** A due date so many hours after the submission, where none was sent. */
  dueAfterHours: hours(1),
  /** So many hours after the due date an open approval expires; null: never. */
  expiresAfterHours: hours(0),
};

export const policyInput = z.strictObject({
  type: typeName,
  name: text(120, 1),
  ...rulesOf,
  effect: z.string().min(1).max(80).default("none"),
  submittingClientMayDecide: z.boolean().default(true),
  /** What the payload of a request has to be; absent: anything. */
  payloadSchema: payloadSchema.nullish().transform((v) => v ?? null),
  /** The version that was edited, 0 for none: refused when there is a newer one. */
  version: z.int().min(0).optional(),
});

export const tryOutInput = z.strictObject({
  type: typeName,
  stages,
  limit: z.int().min(1).max(TRY_OUT_MAX).default(200),
});
