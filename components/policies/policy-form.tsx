"use client";

import { Plus } from "lucide-react";
import { useTranslations } from "next-intl";
import { useState } from "react";
import type { Draft, Problems, StageDraft } from "#components/policies/draft.ts";
import { newStage } from "#components/policies/draft.ts";
import { useDuration } from "#components/policies/duration.ts";
import { FormFields } from "#components/policies/form-fields.tsx";
import { StageFields } from "#components/policies/stage-fields.tsx";
import { Button } from "#components/ui/button.tsx";
import { CheckField } from "#components/ui/checkbox.tsx";
import { Field, Input, Select } from "#components/ui/field.tsx";
import { STAGES_MAX } from "#server/domain/policies/rules.ts";

interface FormProps {
  draft: Draft;
  problems: Problems;
  effects: readonly string[];
  onChange: (change: Partial<Draft>) => void;
}

function Stages({ draft, problems, onChange }: FormProps) {
  const t = useTranslations("policy");
  const { stages } = draft;
  const set = (next: readonly StageDraft[]) => onChange({ stages: next });
  const move = (index: number, by: number) => {
    const stage = stages[index];
    if (stage) set(stages.toSpliced(index, 1).toSpliced(index + by, 0, stage));
  };
  return (
    <section className="flex flex-col gap-2.5">
      <h2 className="font-semibold text-ink-2 text-sm">{t("stages")}</h2>
      <ol className="flex flex-col gap-2.5">
        {stages.map((stage, index) => (
          <StageFields
            key={stage.key}
            stage={stage}
            place={index + 1}
            of={stages.length}
            problems={problems.stages.get(stage.key)}
            onChange={(change) => set(stages.map((s) => (s.key === stage.key ? { ...s, ...change } : s)))}
            onMove={(by) => move(index, by)}
            onRemove={() => set(stages.toSpliced(index, 1))}
          />
        ))}
      </ol>
      {problems.allConditional ? (
        <p role="alert" className="rounded-lg bg-bad-soft px-3 py-2 text-sm">
          {t("allConditional")}
        </p>
      ) : null}
      <Button
        size="sm"
        className="self-start"
        disabled={stages.length >= STAGES_MAX}
        onClick={() => set([...stages, newStage("")])}
      >
        <Plus className="size-3.5" aria-hidden />
        {t("addStage")}
      </Button>
    </section>
  );
}

/** What a version of a policy says, to be edited. */
export function PolicyForm(props: FormProps) {
  const { draft, problems, effects, onChange } = props;
  const t = useTranslations("policy");
  const names = useTranslations("policy.effects");
  const duration = useDuration();
  const said = (hours: string) => (/^\d{1,5}$/.test(hours.trim()) ? duration(Number(hours)) : null);
  const [left, setLeft] = useState(false);
  const effectName = (effect: string) => (names.has(effect as "none") ? names(effect as "none") : effect);
  return (
    <>
      <Field label={t("name")} error={left && problems.name ? t("nameMissing") : undefined}>
        {(ids) => (
          <Input
            {...ids}
            maxLength={120}
            value={draft.name}
            onBlur={() => setLeft(true)}
            onChange={(event) => onChange({ name: event.target.value })}
          />
        )}
      </Field>
      <Stages {...props} />
      <FormFields form={draft.form} problems={problems.form} onChange={(form) => onChange({ form })} />
      <section className="flex flex-col gap-3">
        <h2 className="font-semibold text-ink-2 text-sm">{t("deadlines")}</h2>
        <div className="grid gap-3 sm:grid-cols-2">
          <Field
            label={t("due")}
            hint={said(draft.dueAfterHours) ?? t("dueHint")}
            error={problems.due ? t("badHours") : undefined}
          >
            {(ids) => (
              <Input
                {...ids}
                inputMode="numeric"
                value={draft.dueAfterHours}
                onChange={(event) => onChange({ dueAfterHours: event.target.value })}
              />
            )}
          </Field>
          <Field
            label={t("expires")}
            hint={said(draft.expiresAfterHours) ?? t("expiresHint")}
            error={problems.expires ? t("badHours") : undefined}
          >
            {(ids) => (
              <Input
                {...ids}
                inputMode="numeric"
                value={draft.expiresAfterHours}
                onChange={(event) => onChange({ expiresAfterHours: event.target.value })}
              />
            )}
          </Field>
        </div>
      </section>
      <section className="flex flex-col gap-3">
        <h2 className="font-semibold text-ink-2 text-sm">{t("besides")}</h2>
        <Field label={t("effect")} hint={t("effectHint")}>
          {(ids) => (
            <Select {...ids} value={draft.effect} onChange={(event) => onChange({ effect: event.target.value })}>
              {effects.map((effect) => (
                <option key={effect} value={effect}>
                  {effectName(effect)}
                </option>
              ))}
            </Select>
          )}
        </Field>
        <CheckField
          className="-ml-1.5"
          checked={draft.submittingClientMayDecide}
          onChange={(event) => onChange({ submittingClientMayDecide: event.target.checked })}
        >
          {t("clientMay")}
        </CheckField>
      </section>
    </>
  );
}
