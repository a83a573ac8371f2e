"use client";

import { ArrowDown, ArrowUp, Trash2 } from "lucide-react";
import { useTranslations } from "next-intl";
import { useState } from "react";
import type { FieldDraft, FieldProblems } from "#components/policies/form-draft.ts";
import { boundsOf, hasChoices, nameFor } from "#components/policies/form-draft.ts";
import { Button } from "#components/ui/button.tsx";
import { CheckField } from "#components/ui/checkbox.tsx";
import { Field, Input, Select, Textarea } from "#components/ui/field.tsx";
import type { Kind } from "#server/domain/payload-schemas/rules.ts";
import {
  CHOICES_MAX,
  FIELD_DESCRIPTION_MAX,
  FIELD_TITLE_MAX,
  KINDS,
  NAME_MAX,
} from "#server/domain/payload-schemas/rules.ts";

interface RowProps {
  field: FieldDraft;
  /** From 1. */
  place: number;
  of: number;
  problems: FieldProblems | undefined;
  onChange: (change: Partial<FieldDraft>) => void;
  onMove: (by: -1 | 1) => void;
  onRemove: () => void;
}

function Tools({ place, of, onMove, onRemove }: Pick<RowProps, "place" | "of" | "onMove" | "onRemove">) {
  const t = useTranslations("policyForm");
  const tools = [
    { icon: ArrowUp, label: t("moveUp", { place }), off: place === 1, act: () => onMove(-1) },
    { icon: ArrowDown, label: t("moveDown", { place }), off: place === of, act: () => onMove(1) },
    { icon: Trash2, label: t("remove", { place }), off: false, act: onRemove },
  ];
  return tools.map(({ icon: Icon, label, off, act }) => (
    <Button key={label} variant="ghost" size="icon" className="size-7" aria-label={label} disabled={off} onClick={act}>
      <Icon className="size-3.5" aria-hidden />
    </Button>
  ));
}

/** What a kind of field may be bounded by, in two boxes. */
function Bounds({ field, problems, onChange }: Pick<RowProps, "field" | "problems" | "onChange">) {
  const t = useTranslations("policyForm");
  const names = boundsOf(field.kind);
  if (!names) return null;
  return (["low", "high"] as const).map((side, index) => (
    <Field
      key={side}
      label={t(`bounds.${names[index] ?? names[0]}`)}
      error={problems?.bounds ? t("badBounds") : undefined}
    >
      {(ids) => (
        <Input
          {...ids}
          inputMode="decimal"
          maxLength={24}
          value={field[side]}
          onChange={(event) => onChange({ [side]: event.target.value })}
        />
      )}
    </Field>
  ));
}

/** One field of a form: what it is called, what it takes, and whether it must be there. */
export function FieldRow({ field, place, of, problems, onChange, onMove, onRemove }: RowProps) {
  const t = useTranslations("policyForm");
  const kinds = useTranslations("policyForm.kinds");
  const [left, setLeft] = useState(false);
  const nameProblem = problems?.name && (left || problems.name !== "missing") ? problems.name : null;
  return (
    <li className="flex flex-col gap-3 rounded-lg border p-3">
      <div className="flex items-center gap-1">
        <span className="mr-auto min-w-0 truncate font-medium text-ink-2 text-sm">{t("field", { place })}</span>
        <Tools place={place} of={of} onMove={onMove} onRemove={onRemove} />
      </div>
      <div className="grid gap-3 sm:grid-cols-[minmax(0,1fr)_minmax(0,1fr)_minmax(0,11rem)]">
        <Field label={t("title")}>
          {(ids) => (
            <Input
              {...ids}
              maxLength={FIELD_TITLE_MAX}
              value={field.title}
              onChange={({ target: { value: title } }) =>
                onChange(field.named ? { title } : { title, name: nameFor(title) })
              }
            />
          )}
        </Field>
        <Field label={t("name")} error={nameProblem ? t(`nameProblem.${nameProblem}`) : undefined}>
          {(ids) => (
            <Input
              {...ids}
              maxLength={NAME_MAX}
              spellCheck={false}
              autoCapitalize="off"
              className="font-mono text-sm"
              value={field.name}
              onBlur={() => setLeft(true)}
              onChange={(event) => onChange({ name: event.target.value.trim(), named: true })}
            />
          )}
        </Field>
        <Field label={t("kind")}>
          {(ids) => (
            <Select
              {...ids}
              value={field.kind}
              onChange={(event) => onChange({ kind: event.target.value as Kind, low: "", high: "" })}
            >
              {KINDS.map((kind) => (
                <option key={kind} value={kind}>
                  {kinds(kind)}
                </option>
              ))}
            </Select>
          )}
        </Field>
      </div>
      {hasChoices(field.kind) ? (
        <Field
          label={t("choices")}
          hint={t("choicesHint", { max: CHOICES_MAX })}
          error={problems?.choices && left ? t("badChoices") : undefined}
        >
          {(ids) => (
            <Textarea
              {...ids}
              rows={3}
              value={field.choices}
              onBlur={() => setLeft(true)}
              onChange={(event) => onChange({ choices: event.target.value })}
            />
          )}
        </Field>
      ) : null}
      <div className="grid gap-3 sm:grid-cols-[minmax(0,1fr)_7rem_7rem]">
        <Field label={t("help")} className={boundsOf(field.kind) ? undefined : "sm:col-span-3"}>
          {(ids) => (
            <Input
              {...ids}
              maxLength={FIELD_DESCRIPTION_MAX}
              value={field.description}
              onChange={(event) => onChange({ description: event.target.value })}
            />
          )}
        </Field>
        <Bounds field={field} problems={problems} onChange={onChange} />
      </div>
      <CheckField
        className="-ml-1.5 self-start"
        checked={field.required}
        onChange={(event) => onChange({ required: event.target.checked })}
      >
        {t("required")}
      </CheckField>
    </li>
  );
}
