"use client";

import { Check } from "lucide-react";
import { useFormatter, useTranslations } from "next-intl";
import { useState } from "react";
import { FilterTrigger } from "#components/approvals/filters/facet-filter.tsx";
import { Input } from "#components/ui/field.tsx";
import { Popover } from "#components/ui/popover.tsx";
import { PopoverClose } from "#components/ui/popup.tsx";

export interface Option {
  readonly value: string;
  readonly label: string;
  readonly hint?: string;
}

interface ChoiceProps {
  label: string;
  options: readonly Option[];
  counts?: Readonly<Record<string, number>> | undefined;
  chosen: string | null;
  onChange: (value: string | null) => void;
  /** Where the options are found elsewhere: told what is typed, and nothing is left out here. */
  onType?: (text: string) => void;
}

const SEARCH_FROM = 9;

/** One of many, or any. */
export function ChoiceFilter({ label, options, counts, chosen, onChange, onType }: ChoiceProps) {
  const t = useTranslations("filters");
  const format = useFormatter();
  const [search, setSearch] = useState("");
  const wanted = search.trim().toLocaleLowerCase();
  const shown = onType
    ? options
    : options.filter((o) => `${o.label} ${o.hint ?? ""}`.toLocaleLowerCase().includes(wanted));
  const type = (text: string) => {
    setSearch(text);
    onType?.(text);
  };
  const said = chosen === null ? null : (options.find((o) => o.value === chosen)?.label ?? chosen);
  return (
    <Popover label={label} trigger={<FilterTrigger label={label} said={said} />} className="w-72">
      {onType || options.length >= SEARCH_FROM ? (
        <div className="border-b p-2">
          <Input
            aria-label={t("searchIn", { label })}
            placeholder={t("searchIn", { label })}
            value={search}
            onChange={(event) => type(event.target.value)}
          />
        </div>
      ) : null}
      <ul className="max-h-72 overflow-y-auto p-1">
        {shown.map(({ value, label: name, hint }) => (
          <li key={value}>
            <PopoverClose
              aria-pressed={value === chosen}
              className="flex min-h-8 w-full items-center gap-2 rounded-md px-2 py-1 text-left text-sm hover:bg-hover"
              onClick={() => onChange(value === chosen ? null : value)}
            >
              <span className="min-w-0 flex-1">
                <span className="block truncate">{name}</span>
                {hint ? <span className="block truncate font-mono text-2xs text-ink-3">{hint}</span> : null}
              </span>
              {value === chosen ? <Check className="size-4 shrink-0 text-accent" aria-hidden /> : null}
              {counts ? <span className="text-ink-3 text-xs">{format.number(counts[value] ?? 0)}</span> : null}
            </PopoverClose>
          </li>
        ))}
        {shown.length === 0 ? <li className="px-3 py-4 text-center text-ink-2 text-sm">{t("noOption")}</li> : null}
      </ul>
      {chosen === null ? null : (
        <div className="border-t p-1">
          <PopoverClose
            className="h-8 w-full rounded-md px-2 text-left text-ink-2 text-sm hover:bg-hover"
            onClick={() => onChange(null)}
          >
            {t("clearOne")}
          </PopoverClose>
        </div>
      )}
    </Popover>
  );
}
