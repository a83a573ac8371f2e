"use client";

import { ArrowDown, ArrowUp, Trash2 } from "lucide-react";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { ConditionField } from "#components/policies/condition-field.tsx";
import type { StageDraft, StagePermission, StageProblems } from "#components/policies/draft.ts";
import { Button } from "#components/ui/button.tsx";
import { Field, Input, Select } from "#components/ui/field.tsx";
import { STAGE_PERMISSIONS } from "#server/domain/access/rules.ts";
import { NEEDED_MAX } from "#server/domain/policies/rules.ts";

const PERMISSION_WORDS = {
  "approvals:decide": "decide",
  "approvals:confirm": "confirm",
  "access:write": "grant",
} as const satisfies Record<StagePermission, string>;

export function usePermissionName() {
  const t = useTranslations("policy.permissions");
  return (permission: StagePermission) => t(PERMISSION_WORDS[permission]);
}

interface StageProps {
  stage: StageDraft;
  /** From 1. */
  place: number;
  of: number;
  problems: StageProblems | undefined;
  onChange: (change: Partial<StageDraft>) => void;
  onMove: (by: -1 | 1) => void;
  onRemove: () => void;
}

/** One stage of a policy: whose decisions, how many, and when it is needed at all. */
export function StageFields({ stage, place, of, problems, onChange, onMove, onRemove }: StageProps) {
  const t = useTranslations("policy");
  const permissionName = usePermissionName();
  const [left, setLeft] = useState(false);
  return (
    <li className="flex flex-col gap-3 rounded-lg border p-3">
      <div className="flex items-center gap-1">
        <span className="mr-auto font-medium text-ink-2 text-sm">{t("stage", { place })}</span>
        <Button
          variant="ghost"
          size="icon"
          className="size-7"
          aria-label={t("moveUp", { place })}
          disabled={place === 1}
          onClick={() => onMove(-1)}
        >
          <ArrowUp className="size-3.5" aria-hidden />
        </Button>
        <Button
          variant="ghost"
          size="icon"
          className="size-7"
          aria-label={t("moveDown", { place })}
          disabled={place === of}
          onClick={() => onMove(1)}
        >
          <ArrowDown className="size-3.5" aria-hidden />
        </Button>
        <Button
          variant="ghost"
          size="icon"
          className="size-7"
          aria-label={t("removeStage", { place })}
          disabled={of === 1}
          onClick={onRemove}
        >
          <Trash2 className="size-3.5" aria-hidden />
        </Button>
      </div>
      <div className="grid gap-3 sm:grid-cols-[minmax(0,1fr)_minmax(0,1fr)_6rem]">
        <Field label={t("stageName")} error={left && problems?.name ? t("nameMissing") : undefined}>
          {(ids) => (
            <Input
              {...ids}
              maxLength={80}
              value={stage.name}
              onBlur={() => setLeft(true)}
              onChange={(event) => onChange({ name: event.target.value })}
            />
          )}
        </Field>
        <Field label={t("permission")}>
          {(ids) => (
            <Select
              {...ids}
              value={stage.permission}
              onChange={(event) => onChange({ permission: event.target.value as StagePermission })}
            >
              {STAGE_PERMISSIONS.map((permission) => (
                <option key={permission} value={permission}>
                  {permissionName(permission)}
                </option>
              ))}
            </Select>
          )}
        </Field>
        <Field label={t("needed")} error={problems?.needed ? t("neededRange", { max: NEEDED_MAX }) : undefined}>
          {(ids) => (
            <Input
              {...ids}
              inputMode="numeric"
              value={stage.needed}
              onChange={(event) => onChange({ needed: event.target.value })}
            />
          )}
        </Field>
      </div>
      <ConditionField value={stage.when} flaw={problems?.when ?? null} onChange={(when) => onChange({ when })} />
    </li>
  );
}
