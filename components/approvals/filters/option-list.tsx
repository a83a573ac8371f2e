"use client";

import { useFormatter, useTranslations } from "next-intl";
import { CheckField } from "#components/ui/checkbox.tsx";
import { Input } from "#components/ui/field.tsx";

export interface Option {
  readonly value: string;
  readonly label: string;
  readonly hint?: string;
}

interface OptionsProps {
  label: string;
  options: readonly Option[];
  counts: Readonly<Record<string, number>> | undefined;
  chosen: readonly string[];
  onChange: (chosen: string[]) => void;
  /** What is looked for among the options; null where there are few. */
  search: { readonly text: string; readonly change: (text: string) => void } | null;
}

/** Several of many, each with how many rows it would leave. */
export function OptionList({ label, options, counts, chosen, onChange, search }: OptionsProps) {
  const t = useTranslations("filters");
  const format = useFormatter();
  return (
    <>
      {search ? (
        <div className="border-b p-2">
          <Input
            aria-label={t("searchIn", { label })}
            placeholder={t("searchIn", { label })}
            value={search.text}
            onChange={(event) => search.change(event.target.value)}
          />
        </div>
      ) : null}
      <ul className="max-h-72 overflow-y-auto p-1">
        {options.map((option) => (
          <li key={option.value}>
            <CheckField
              className="rounded-md pr-2 hover:bg-hover"
              checked={chosen.includes(option.value)}
              onChange={({ target }) =>
                onChange(target.checked ? [...chosen, option.value] : chosen.filter((other) => other !== option.value))
              }
            >
              <span className="min-w-0 flex-1 truncate">
                {option.label}
                {option.hint ? <span className="ml-1.5 text-ink-3">{option.hint}</span> : null}
              </span>
              <span className="text-ink-3 text-xs">{counts ? format.number(counts[option.value] ?? 0) : ""}</span>
            </CheckField>
          </li>
        ))}
        {options.length === 0 ? (
          <li className="px-3 py-4 text-center text-ink-2 text-sm">{t(search?.text ? "noOption" : "noOptions")}</li>
        ) : null}
      </ul>
      {chosen.length > 0 ? (
        <div className="border-t p-1">
          <button
            type="button"
            className="h-8 w-full rounded-md px-2 text-left text-ink-2 text-sm hover:bg-hover"
            onClick={() => onChange([])}
          >
            {t("clearOne")}
          </button>
        </div>
      ) : null}
    </>
  );
}
