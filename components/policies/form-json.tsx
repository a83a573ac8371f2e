"use client";

import { useTranslations } from "next-intl";
import { useId } from "react";
import type { FormProblems } from "#components/policies/form-draft.ts";
import { cn } from "#components/ui/cn.ts";
import { Textarea } from "#components/ui/field.tsx";
import type { SchemaFlaw } from "#server/domain/payload-schemas/rules.ts";
import { KEYWORDS, SCHEMA_BYTES } from "#server/domain/payload-schemas/rules.ts";

export function useSchemaFlawText() {
  const t = useTranslations("policyForm.flaws");
  return (flaw: SchemaFlaw | "syntax"): string =>
    flaw === "syntax"
      ? t("syntax")
      : t("at", { path: flaw.path || "{ }", flaw: t(flaw.code, { detail: flaw.detail }) });
}

/** The published list: every keyword that a form may be written in. */
function Keywords() {
  const t = useTranslations("policyForm");
  const kinds = useTranslations("policyForm.kinds");
  const { root, items, ...ofKinds } = KEYWORDS;
  const rows = [
    { of: t("whole"), keywords: root },
    ...Object.entries(ofKinds).map(([kind, keywords]) => ({ of: kinds(kind as keyof typeof ofKinds), keywords })),
    { of: "items", keywords: items },
  ];
  return (
    <details className="text-sm">
      <summary className="min-h-6 cursor-pointer text-accent text-xs">{t("keywords")}</summary>
      <dl className="mt-2 grid gap-x-3 gap-y-1 text-xs sm:grid-cols-[8rem_minmax(0,1fr)]">
        {rows.map(({ of, keywords }) => (
          <div key={of} className="contents">
            <dt className="text-ink-2">{of}</dt>
            <dd className="break-words font-mono text-ink-3">{keywords.join(" ")}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}

interface JsonProps {
  value: string;
  flaw: FormProblems["flaw"];
  onChange: (json: string) => void;
}

/** The same form as JSON Schema, judged as it is typed. */
export function FormJson({ value, flaw, onChange }: JsonProps) {
  const t = useTranslations("policyForm");
  const say = useSchemaFlawText();
  const id = useId();
  return (
    <div className="flex flex-col gap-1.5">
      <label htmlFor={id} className="font-medium text-sm">
        {t("json")}
      </label>
      <Textarea
        id={id}
        rows={16}
        spellCheck={false}
        autoCapitalize="off"
        autoComplete="off"
        maxLength={SCHEMA_BYTES * 2}
        aria-describedby={`${id}-note`}
        aria-invalid={flaw ? true : undefined}
        className="font-mono text-sm"
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
      <p id={`${id}-note`} className={cn("break-words text-xs", flaw ? "text-bad" : "text-ink-3")}>
        {flaw ? say(flaw) : t(value.trim() ? "jsonSound" : "jsonEmpty")}
      </p>
      <Keywords />
    </div>
  );
}
