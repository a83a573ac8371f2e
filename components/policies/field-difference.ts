import type { PayloadSchema, Property } from "#server/domain/payload-schemas/rules.ts";
import { kindOf } from "#server/domain/payload-schemas/rules.ts";

export const FIELD_FACTS = ["kind", "title", "description", "required", "choices", "low", "high"] as const;
type Fact = (typeof FIELD_FACTS)[number];
type Value = string | number | boolean | null;

/** One thing in which the fields that two versions ask for differ. */
export type FieldDifference =
  | { readonly of: "field"; readonly named: string; readonly what: "added" | "removed" | "moved" }
  | {
      readonly of: "field";
      readonly named: string;
      readonly what: "changed";
      readonly field: Fact;
      readonly before: Value;
      readonly after: Value;
    };

const factsOf = (property: Property, required: boolean): Record<Fact, Value> => ({
  kind: kindOf(property),
  title: property.title ?? null,
  description: property.description ?? null,
  required,
  choices: (property.enum ?? property.items?.enum)?.join(", ") ?? null,
  low: property.minLength ?? property.minimum ?? property.minItems ?? null,
  high: property.maxLength ?? property.maximum ?? property.maxItems ?? null,
});

/** Which fields came, went, moved among those that stayed, or changed. */
export function fieldDifferences(before: PayloadSchema | null, after: PayloadSchema | null): FieldDifference[] {
  const [old, now] = [before?.properties ?? {}, after?.properties ?? {}];
  const found: FieldDifference[] = [];
  const stayed = Object.keys(old).filter((name) => Object.hasOwn(now, name));
  let rank = 0;
  for (const [named, property] of Object.entries(now)) {
    const was = Object.hasOwn(old, named) ? old[named] : undefined;
    if (!was) {
      found.push({ of: "field", named, what: "added" });
      continue;
    }
    if (stayed[rank++] !== named) found.push({ of: "field", named, what: "moved" });
    const facts = factsOf(was, before?.required?.includes(named) ?? false);
    const is = factsOf(property, after?.required?.includes(named) ?? false);
    for (const field of FIELD_FACTS)
      if (facts[field] !== is[field])
        found.push({ of: "field", named, what: "changed", field, before: facts[field], after: is[field] });
  }
  for (const named of Object.keys(old))
    if (!Object.hasOwn(now, named)) found.push({ of: "field", named, what: "removed" });
  return found;
}
