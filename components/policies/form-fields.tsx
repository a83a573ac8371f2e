"use client";

import { Braces, ListPlus, Plus } from "lucide-react";
import { useTranslations } from "next-intl";
import { FieldRow } from "#components/policies/field-row.tsx";
import type { FieldDraft, FormDraft, FormProblems } from "#components/policies/form-draft.ts";
import { newField, switched } from "#components/policies/form-draft.ts";
import { FormJson, useSchemaFlawText } from "#components/policies/form-json.tsx";
import { Button } from "#components/ui/button.tsx";
import { CheckField } from "#components/ui/checkbox.tsx";
import { FIELDS_MAX } from "#server/domain/payload-schemas/rules.ts";

interface FormProps {
  form: FormDraft;
  problems: FormProblems;
  onChange: (form: FormDraft) => void;
}

function Builder({ form, problems, onChange }: FormProps) {
  const t = useTranslations("policyForm");
  const say = useSchemaFlawText();
  const { fields } = form;
  const set = (next: readonly FieldDraft[]) => onChange({ ...form, fields: next });
  const move = (index: number, by: number) => {
    const field = fields[index];
    if (field) set(fields.toSpliced(index, 1).toSpliced(index + by, 0, field));
  };
  return (
    <>
      {fields.length > 0 ? (
        <ol className="flex flex-col gap-2.5">
          {fields.map((field, index) => (
            <FieldRow
              key={field.key}
              field={field}
              place={index + 1}
              of={fields.length}
              problems={problems.fields.get(field.key)}
              onChange={(change) => set(fields.map((f) => (f.key === field.key ? { ...f, ...change } : f)))}
              onMove={(by) => move(index, by)}
              onRemove={() => set(fields.toSpliced(index, 1))}
            />
          ))}
        </ol>
      ) : null}
      {problems.flaw ? (
        <p role="alert" className="rounded-lg bg-bad-soft px-3 py-2 text-sm">
          {say(problems.flaw)}
        </p>
      ) : null}
      <div className="flex flex-wrap items-center gap-x-4 gap-y-1">
        <Button size="sm" disabled={fields.length >= FIELDS_MAX} onClick={() => set([...fields, newField()])}>
          <Plus className="size-3.5" aria-hidden />
          {t("add")}
        </Button>
        {fields.length > 0 || form.closed ? (
          <CheckField checked={form.closed} onChange={(event) => onChange({ ...form, closed: event.target.checked })}>
            {t("closed")}
          </CheckField>
        ) : null}
      </div>
    </>
  );
}

/** What a request of this type has to say: field by field, or as JSON Schema. */
export function FormFields({ form, problems, onChange }: FormProps) {
  const t = useTranslations("policyForm");
  const asJson = form.mode === "json";
  const Icon = asJson ? ListPlus : Braces;
  return (
    <section className="flex flex-col gap-2.5">
      <div className="flex flex-wrap items-center gap-2">
        <h2 className="font-semibold text-ink-2 text-sm">{t("heading")}</h2>
        <Button
          size="sm"
          variant="ghost"
          className="ml-auto"
          disabled={problems.any}
          onClick={() => onChange(switched(form))}
        >
          <Icon className="size-3.5" aria-hidden />
          {t(asJson ? "asFields" : "asJson")}
        </Button>
      </div>
      <p className="text-ink-3 text-xs">{t("lead")}</p>
      {asJson ? (
        <FormJson value={form.json} flaw={problems.flaw} onChange={(json) => onChange({ ...form, json })} />
      ) : (
        <Builder form={form} problems={problems} onChange={onChange} />
      )}
    </section>
  );
}
