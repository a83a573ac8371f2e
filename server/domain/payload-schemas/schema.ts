import { z } from "zod";
import type { PayloadSchema } from "#server/domain/payload-schemas/rules.ts";
import { schemaFlaws } from "#server/domain/payload-schemas/rules.ts";

/** A schema of payloads, in the keywords that the rules list. */
export const payloadSchema = z
  .custom<PayloadSchema>()
  .superRefine((value, ctx) => {
    for (const { path, code, detail } of schemaFlaws(value))
      ctx.addIssue({
        code: "custom",
        path: path === "" ? [] : path.split("."),
        message: `${code}${detail ? `: ${detail}` : ""}`,
      });
  })
  .meta({ type: "object", additionalProperties: true });
