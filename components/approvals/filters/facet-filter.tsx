"use client";

import { ChevronDown } from "lucide-react";
import { useFormatter, useTranslations } from "next-intl";
import { useState } from "react";
import { buttonClass } from "#components/ui/button.tsx";
import { CheckField } from "#components/ui/checkbox.tsx";
import { cn } from "#components/ui/cn.ts";
import { Input } from "#components/ui/field.tsx";
import { Popover } from "#components/ui/popover.tsx";

interface Option {
  readonly value: string;
  readonly label: string;
  readonly hint?: string;
}

interface FacetProps {
  label: string;
  options: readonly Option[];
  counts: Readonly<Record<string, number>> | undefined;
  chosen: readonly string[];
  onChange: (chosen: string[]) => void;
}

const SEARCH_FROM = 9;

/** The button that opens a filter; what is on is said on it. */
export function FilterTrigger({
  label,
  said,
  ...props
}: { label: string; said: string | null } & React.ComponentProps<"button">) {
  return (
    <button
      type="button"
      {...props}
      className={buttonClass(
        { variant: "secondary", size: "sm" },
        cn(
          "max-w-60 font-normal text-ink-2",
          said === null ? "border-line-strong border-dashed" : "border-accent-line bg-accent-soft text-ink",
        ),
      )}
    >
      <span className={said === null ? undefined : "text-ink-2"}>{label}</span>
      {said === null ? null : <span className="truncate font-medium">{said}</span>}
      <ChevronDown className="size-3 shrink-0 text-ink-3" aria-hidden />
    </button>
  );
}

/** Several of many, each with how many rows it would leave. */
export function FacetFilter({ label, options, counts, chosen, onChange }: FacetProps) {
  const t = useTranslations("filters");
  const format = useFormatter();
  const [search, setSearch] = useState("");
  const wanted = search.trim().toLocaleLowerCase();
  const shown = options.filter((o) => `${o.label} ${o.hint ?? ""}`.toLocaleLowerCase().includes(wanted));
  const named = options.filter((o) => chosen.includes(o.value)).map((o) => o.label);
  const said = named.length === 0 ? null : named.length > 2 ? t("several", { count: named.length }) : named.join(", ");
  return (
    <Popover label={label} trigger={<FilterTrigger label={label} said={said} />} className="w-72">
      {options.length >= SEARCH_FROM ? (
        <div className="border-b p-2">
          <Input
            aria-label={t("searchIn", { label })}
            placeholder={t("searchIn", { label })}
            value={search}
            onChange={(event) => setSearch(event.target.value)}
          />
        </div>
      ) : null}
      <ul className="max-h-72 overflow-y-auto p-1">
        {shown.map((option) => (
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
        {shown.length === 0 ? <li className="px-3 py-4 text-center text-ink-2 text-sm">{t("noOption")}</li> : null}
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
    </Popover>
  );
}
