import type { Content } from "#components/policies/draft.ts";
import type { FieldDifference } from "#components/policies/field-difference.ts";
import { fieldDifferences } from "#components/policies/field-difference.ts";
import type { Stage } from "#server/domain/approvals/rules.ts";

type Field = Exclude<keyof Content, "stages" | "payloadSchema">;
type Said = "formTitle" | "formDescription" | "closed";
type StageField = "name" | "permission" | "needed" | "when";
type Value = string | number | boolean | null;

const WHOLE = [
  "name",
  "dueAfterHours",
  "expiresAfterHours",
  "effect",
  "submittingClientMayDecide",
  "formTitle",
  "formDescription",
  "closed",
] as const satisfies readonly (Field | Said)[];
const STAGE_FIELDS = ["name", "permission", "needed", "when"] as const satisfies readonly StageField[];

type Versioned = Omit<Content, "stages"> & { readonly stages: readonly Stage[] };

/** One thing in which two versions differ. */
export type Difference =
  | { readonly of: "policy"; readonly field: Field | Said; readonly before: Value; readonly after: Value }
  | FieldDifference
  | { readonly of: "stage"; readonly stage: string; readonly what: "added" | "removed" | "moved" }
  | {
      readonly of: "stage";
      readonly stage: string;
      readonly what: "changed";
      readonly field: StageField;
      readonly before: Value;
      readonly after: Value;
    };

/** Which stage of the one is which of the other: by name, else, renamed, by its place. */
function pairs(before: readonly Stage[], after: readonly Stage[]): Map<number, number> {
  const found = new Map<number, number>();
  const taken = new Set<number>();
  const pair = (to: number, from: number) => {
    if (from < 0) return;
    found.set(to, from);
    taken.add(from);
  };
  for (const [to, { name }] of after.entries())
    pair(
      to,
      before.findIndex((s, i) => s.name === name && !taken.has(i)),
    );
  for (const to of after.keys()) if (!found.has(to) && to < before.length && !taken.has(to)) pair(to, to);
  return found;
}

/** What a version says of itself as a whole. */
const wholeOf = (version: Versioned): Record<Field | Said, Value> => ({
  name: version.name,
  dueAfterHours: version.dueAfterHours,
  expiresAfterHours: version.expiresAfterHours,
  effect: version.effect,
  submittingClientMayDecide: version.submittingClientMayDecide,
  formTitle: version.payloadSchema?.title ?? null,
  formDescription: version.payloadSchema?.description ?? null,
  closed: version.payloadSchema?.additionalProperties === false,
});

/** Everything in which a version differs from the one before it: the whole first, then stage by stage, then field by field. */
export function differences(before: Versioned, after: Versioned): Difference[] {
  const [was, is] = [wholeOf(before), wholeOf(after)];
  const found: Difference[] = WHOLE.flatMap((field) =>
    was[field] === is[field] ? [] : [{ of: "policy", field, before: was[field], after: is[field] } as const],
  );
  const from = pairs(before.stages, after.stages);
  const kept = [...from.values()];
  const order = kept.toSorted((a, b) => a - b);
  let rank = 0;
  for (const [to, stage] of after.stages.entries()) {
    const old = before.stages[from.get(to) ?? -1];
    if (!old) {
      found.push({ of: "stage", stage: stage.name, what: "added" });
      continue;
    }
    if (order[rank++] !== from.get(to)) found.push({ of: "stage", stage: stage.name, what: "moved" });
    for (const field of STAGE_FIELDS) {
      const [was, is] = [old[field] ?? null, stage[field] ?? null];
      if (was !== is) found.push({ of: "stage", stage: old.name, what: "changed", field, before: was, after: is });
    }
  }
  for (const [i, { name }] of before.stages.entries())
    if (!kept.includes(i)) found.push({ of: "stage", stage: name, what: "removed" });
  return [...found, ...fieldDifferences(before.payloadSchema, after.payloadSchema)];
}
