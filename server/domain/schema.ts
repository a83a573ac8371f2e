import { z } from "zod";

const LONE_SURROGATE = /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/;

/** Text as the product stores it: NFC, no NUL, no lone surrogate, at most `max` UTF-16 units. */
export function text(max: number, min = 0) {
  return z
    .string()
    .max(max * 2) // before normalising: NFC never doubles a length
    .refine((s) => !s.includes("\u0000"), { error: "holds a NUL character" })
    .refine((s) => !LONE_SURROGATE.test(s), { error: "holds half of a surrogate pair" })
    .transform((s) => s.normalize("NFC"))
    .pipe(z.string().min(min).max(max))
    .meta(min > 0 ? { minLength: min, maxLength: max } : { maxLength: max }); // of what is kept, not of what may be sent
}

export const uuid = z.uuid().transform((s) => s.toLowerCase());

/** Some records of a list, by their ids: as many as a page of it holds. */
export const ids = z.array(uuid).min(1).max(200);

/** An instant, ISO 8601 with an offset; kept as a `Date`, UTC, in the years that every part of us can write. */
export const instant = z.iso
  .datetime({ offset: true })
  .transform((s) => new Date(s))
  .refine((d) => d.getUTCFullYear() >= 1 && d.getUTCFullYear() <= 9999, { error: "must be of the years 1 to 9999" });

/** An amount in minor units: an integer string on the wire, a bigint inside. */
export const amount = z
  .union([z.string().regex(/^-?\d{1,18}$/, { error: "must be an integer in minor units" }), z.int()])
  .transform((v) => BigInt(v))
  .meta({ description: "An integer in minor units." });

export const PAYLOAD_BYTES = 64 * 1024;
export const PAYLOAD_DEPTH = 16;

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

function flaw(value: unknown, depth: number): string | null {
  if (depth > PAYLOAD_DEPTH) return `is nested deeper than ${PAYLOAD_DEPTH}`;
  if (typeof value === "number") {
    if (!Number.isFinite(value) || (Number.isInteger(value) && !Number.isSafeInteger(value)))
      return "holds a number that is not safe";
    return null;
  }
  if (typeof value === "string")
    return value.includes("\u0000") || LONE_SURROGATE.test(value) ? "holds a character that cannot be kept" : null;
  if (Array.isArray(value)) {
    for (const item of value) {
      const found = flaw(item, depth + 1);
      if (found) return found;
    }
    return null;
  }
  if (value !== null && typeof value === "object") {
    for (const [key, item] of Object.entries(value)) {
      const found = key === "__proto__" ? "holds the key __proto__" : (flaw(key, depth) ?? flaw(item, depth + 1));
      if (found) return found;
    }
  }
  return null;
}

// Not a record, which would drop the key __proto__ without a word: what is kept is what was sent.
const jsonObject = z
  .custom<Record<string, unknown>>((value) => typeof value === "object" && value !== null && !Array.isArray(value), {
    error: "must be an object",
  })
  .meta({ type: "object", additionalProperties: true, description: "JSON: 64 kB, depth 16, safe integers." });

/** A JSON object: 64 kB as text, depth 16, safe integers. */
export const payload = jsonObject.transform((value, ctx) => {
  const found =
    flaw(value, 1) ??
    (new TextEncoder().encode(JSON.stringify(value)).length > PAYLOAD_BYTES ? "is larger than 64 kB" : null);
  if (found) {
    ctx.addIssue({ code: "custom", message: found });
    return z.NEVER;
  }
  return value as { [key: string]: Json };
});
