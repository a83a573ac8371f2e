import type { inferRouterInputs, inferRouterOutputs } from "@trpc/server";
import type { FormDraft, FormProblems } from "#components/policies/form-draft.ts";
import { formDraftOf, formProblemsOf, schemaOf } from "#components/policies/form-draft.ts";
import type { AppRouter } from "#server/api/root.ts";
import type { STAGE_PERMISSIONS } from "#server/domain/access/rules.ts";
import type { Flaw } from "#server/domain/policies/rules.ts";
import { conditionFlaw, HOURS_MAX, NEEDED_MAX } from "#server/domain/policies/rules.ts";

export type Policies = inferRouterOutputs<AppRouter>["policies"]["list"];
export type PolicyRow = Policies["items"][number];
export type PolicyVersions = inferRouterOutputs<AppRouter>["policies"]["get"];
export type Version = PolicyVersions["versions"][number];
export type PolicyInput = inferRouterInputs<AppRouter>["policies"]["put"];
export type StagePermission = (typeof STAGE_PERMISSIONS)[number];

/** A stage as it is being written; the key stays with it when it moves. */
export interface StageDraft {
  readonly key: string;
  readonly name: string;
  readonly permission: StagePermission;
  readonly needed: string;
  readonly when: string;
}

export interface Draft {
  readonly name: string;
  readonly stages: readonly StageDraft[];
  readonly form: FormDraft;
  readonly dueAfterHours: string;
  readonly expiresAfterHours: string;
  readonly effect: string;
  readonly submittingClientMayDecide: boolean;
}

let keys = 0;
export const newStage = (name: string): StageDraft => ({
  key: `stage${keys++}`,
  name,
  permission: "approvals:decide",
  needed: "1",
  when: "",
});

const hoursText = (hours: number | null) => (hours === null ? "" : String(hours));

/** A version to go on from. */
export function draftOf(version: Version): Draft {
  return {
    name: version.name,
    stages: version.stages.map(({ name, permission, needed, when }) => ({
      ...newStage(name),
      permission,
      needed: String(needed),
      when: when ?? "",
    })),
    form: formDraftOf(version.payloadSchema),
    dueAfterHours: hoursText(version.dueAfterHours),
    expiresAfterHours: hoursText(version.expiresAfterHours),
    effect: version.effect,
    submittingClientMayDecide: version.submittingClientMayDecide,
  };
}

const whole = (text: string) => (/^\d{1,9}$/.test(text.trim()) ? Number(text) : null);
const within = (text: string, min: number, max: number) => {
  const n = whole(text);
  return n !== null && n >= min && n <= max;
};

export interface StageProblems {
  readonly name: boolean;
  readonly needed: boolean;
  readonly when: Flaw | null;
}

/** What keeps a draft from being tried or saved. */
export interface Problems {
  readonly name: boolean;
  readonly due: boolean;
  readonly expires: boolean;
  readonly stages: ReadonlyMap<string, StageProblems>;
  readonly form: FormProblems;
  /** Every stage has a condition: a request that fits none would be approved by nobody. */
  readonly allConditional: boolean;
  /** Whether the stages alone are sound, and can be tried. */
  readonly stagesSound: boolean;
  readonly any: boolean;
}

export function problemsOf(draft: Draft): Problems {
  const stages = new Map(
    draft.stages.map(({ key, name, needed, when }) => [
      key,
      {
        name: name.trim() === "",
        needed: !within(needed, 1, NEEDED_MAX),
        when: when.trim() === "" ? null : conditionFlaw(when.trim()),
      },
    ]),
  );
  const name = draft.name.trim() === "";
  const due = draft.dueAfterHours.trim() !== "" && !within(draft.dueAfterHours, 1, HOURS_MAX);
  const expires = draft.expiresAfterHours.trim() !== "" && !within(draft.expiresAfterHours, 0, HOURS_MAX);
  const allConditional = draft.stages.every(({ when }) => when.trim() !== "");
  const stagesSound = !allConditional && ![...stages.values()].some((s) => s.name || s.needed || s.when !== null);
  const form = formProblemsOf(draft.form);
  const any = name || due || expires || !stagesSound || form.any;
  return { name, due, expires, stages, form, allConditional, stagesSound, any };
}

/** The stages as the server takes them; of a draft without problems. */
export const stagesOf = (draft: Draft) =>
  draft.stages.map(({ name, permission, needed, when }) => ({
    name: name.trim(),
    permission,
    needed: whole(needed) ?? 1,
    ...(when.trim() ? { when: when.trim() } : {}),
  }));

/** A draft's content as a version has it. */
export const contentOf = (draft: Draft) => ({
  name: draft.name.trim(),
  stages: stagesOf(draft),
  payloadSchema: schemaOf(draft.form),
  dueAfterHours: whole(draft.dueAfterHours),
  expiresAfterHours: whole(draft.expiresAfterHours),
  effect: draft.effect,
  submittingClientMayDecide: draft.submittingClientMayDecide,
});
export type Content = ReturnType<typeof contentOf>;
