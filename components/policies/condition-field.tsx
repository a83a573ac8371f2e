"use client";

import { useTranslations } from "next-intl";
import { useId } from "react";
import { useFlawText } from "#components/policies/flaw-text.ts";
import { cn } from "#components/ui/cn.ts";
import { Textarea } from "#components/ui/field.tsx";
import { Popover } from "#components/ui/popover.tsx";
import { PopoverClose } from "#components/ui/popup.tsx";
import type { Flaw } from "#server/domain/policies/rules.ts";
import { CONDITION_MAX } from "#server/domain/policies/rules.ts";

const EXAMPLES = [
  { says: "amount", text: "hasAmount && amount >= 1000000" },
  { says: "priority", text: 'priority in ["HIGH", "URGENT"]' },
  { says: "org", text: 'org.code == "CA"' },
  { says: "payload", text: 'has(payload.country) && payload.country != "US"' },
  { says: "requester", text: '!(requester.domain == "example.com")' },
] as const;

/** The words that a condition may use, and whole ones to begin with. */
function Examples({ onChoose }: { onChoose: (text: string) => void }) {
  const t = useTranslations("policy");
  return (
    <Popover
      label={t("examples")}
      align="end"
      className="w-96 p-1"
      trigger={
        <button type="button" className="ml-auto min-h-6 rounded px-1 text-accent text-xs hover:underline">
          {t("examples")}
        </button>
      }
    >
      <ul>
        {EXAMPLES.map(({ says, text }) => (
          <li key={says}>
            <PopoverClose
              className="flex w-full flex-col gap-0.5 rounded-md px-2 py-1.5 text-left hover:bg-hover"
              onClick={() => onChoose(text)}
            >
              <span className="text-sm">{t(`example.${says}`)}</span>
              <code className="break-words font-mono text-ink-2 text-xs">{text}</code>
            </PopoverClose>
          </li>
        ))}
      </ul>
      <p className="border-t px-2 py-2 text-ink-3 text-xs">{t("grammar")}</p>
    </Popover>
  );
}

interface ConditionProps {
  value: string;
  flaw: Flaw | null;
  onChange: (value: string) => void;
}

/** The place of a flaw, shown in the text itself. */
function Marked({ text, flaw }: { text: string; flaw: Flaw }) {
  const end = Math.max(flaw.end, flaw.start + 1);
  return (
    <code className="break-all font-mono text-ink-2 text-xs" aria-hidden>
      {text.slice(Math.max(0, flaw.start - 24), flaw.start)}
      <mark className="rounded-sm bg-bad-soft text-bad underline decoration-wavy">
        {text.slice(flaw.start, end) || "␣"}
      </mark>
      {text.slice(end, end + 24)}
    </code>
  );
}

/** When a stage is needed: checked as it is typed, by the same rules that the server has. */
export function ConditionField({ value, flaw, onChange }: ConditionProps) {
  const t = useTranslations("policy");
  const flawText = useFlawText();
  const id = useId();
  return (
    <div className="flex flex-col gap-1">
      <div className="flex items-center">
        <label htmlFor={id} className="font-medium text-sm">
          {t("when")}
        </label>
        <Examples onChoose={onChange} />
      </div>
      <Textarea
        id={id}
        rows={2}
        spellCheck={false}
        autoCapitalize="off"
        autoComplete="off"
        maxLength={CONDITION_MAX}
        aria-describedby={`${id}-note`}
        aria-invalid={flaw ? true : undefined}
        className="min-h-14 font-mono text-sm"
        placeholder={t("whenPlaceholder")}
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
      <p id={`${id}-note`} className={cn("flex flex-wrap gap-x-2 text-xs", flaw ? "text-bad" : "text-ink-3")}>
        {flaw ? (
          <>
            <span>{t("flawAt", { flaw: flawText(flaw), at: flaw.start + 1 })}</span>
            <Marked text={value.trim()} flaw={flaw} />
          </>
        ) : (
          t(value.trim() ? "whenSound" : "whenEmpty")
        )}
      </p>
    </div>
  );
}
