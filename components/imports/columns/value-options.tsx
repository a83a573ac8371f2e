"use client";

import { ArrowRight, ChevronRight, Trash2 } from "lucide-react";
import { useTranslations } from "next-intl";
import { useId, useState } from "react";
import type { Columns, Source } from "#components/imports/columns/map-draft.ts";
import type { Kind } from "#components/imports/columns/value-input.tsx";
import { ValueInput } from "#components/imports/columns/value-input.tsx";
import { Button } from "#components/ui/button.tsx";
import { cn } from "#components/ui/cn.ts";
import { Field, Input } from "#components/ui/field.tsx";
import { PRIORITIES } from "#server/domain/approvals/rules.ts";

type Change = Pick<Source, "values" | "otherwise" | "fallback">;

interface ValuesProps {
  source: Source;
  kind: Kind;
  /** What the column said in the first rows, where that is few. */
  seen: readonly string[];
  organisations: Columns["organisations"];
  onChange: (change: Change) => void;
}

const isPriority = (value: string) => PRIORITIES.some((priority) => priority === value);

/** A table refuses what it does not name: the first entry therefore names what else was seen as it is. */
const begun = (kind: Kind, seen: readonly string[]) =>
  Object.fromEntries(seen.filter((value) => kind !== "priority" || isPriority(value)).map((value) => [value, value]));

function NewValue({ onAdd }: { onAdd: (value: string) => void }) {
  const t = useTranslations("importColumns");
  const [value, setValue] = useState("");
  const add = () => {
    if (value.trim() === "") return;
    onAdd(value.trim());
    setValue("");
  };
  return (
    <div className="flex gap-2">
      <Input
        aria-label={t("addValue")}
        placeholder={t("addValue")}
        value={value}
        onChange={(event) => setValue(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== "Enter") return;
          event.preventDefault(); // the form is for all of the map
          add();
        }}
      />
      <Button disabled={value.trim() === ""} onClick={add}>
        {t("add")}
      </Button>
    </div>
  );
}

/** What each value becomes: those that were seen are there to be filled in, others can be added. */
function Values({ source, kind, seen, organisations, onChange }: ValuesProps) {
  const t = useTranslations("importColumns");
  const { values } = source;
  const all = [...new Set([...seen, ...Object.keys(values ?? {})])];
  const put = (value: string, target: string) => {
    const { [value]: _, ...others } = values ?? begun(kind, seen);
    const next = target === "" ? others : { ...others, [value]: target };
    onChange(Object.keys(next).length > 0 ? { values: next } : { values: undefined, otherwise: undefined });
  };
  return (
    <div className="flex flex-col gap-1.5">
      <p className="font-medium text-sm">{t("values")}</p>
      {all.map((value) => (
        <div key={value} className="grid grid-cols-[minmax(0,1fr)_auto_minmax(0,1fr)_auto] items-center gap-2">
          <span className="truncate text-sm" title={value}>
            {value}
          </span>
          <ArrowRight className="size-3.5 text-ink-3" aria-hidden />
          <ValueInput
            kind={kind}
            organisations={organisations}
            aria-label={t("valueOf", { value })}
            placeholder={t(values ? "isBad" : "keep")}
            value={values?.[value] ?? ""}
            onValue={(target) => put(value, target)}
          />
          <Button
            variant="ghost"
            size="icon"
            aria-label={t("removeValue", { value })}
            disabled={values?.[value] === undefined}
            onClick={() => put(value, "")}
          >
            <Trash2 className="size-3.5" aria-hidden />
          </Button>
        </div>
      ))}
      <NewValue onAdd={(value) => put(value, value)} />
      {values ? (
        <Field label={t("otherwise")} hint={t("otherwiseHint")}>
          {(ids) => (
            <ValueInput
              {...ids}
              kind={kind}
              organisations={organisations}
              placeholder={kind === "priority" ? t("nothing") : undefined}
              value={source.otherwise ?? ""}
              onValue={(otherwise) => onChange({ otherwise: otherwise === "" ? undefined : otherwise })}
            />
          )}
        </Field>
      ) : null}
    </div>
  );
}

interface OptionsProps extends Omit<ValuesProps, "source"> {
  field: string;
  /** Undefined: there is nothing to choose. */
  source: Source | undefined;
  /** Beside what opens it. */
  children: React.ReactNode;
}

/** What is rarely needed of a field, folded away: its blanks, and its values where they are written otherwise. */
export function ValueOptions({ field, source, children, ...props }: OptionsProps) {
  const t = useTranslations("importColumns");
  const id = useId();
  const [open, setOpen] = useState(false);
  const { kind, organisations, onChange } = props;
  if (!source) return <div className="flex">{children}</div>;
  const count = Object.keys(source.values ?? {}).length + (source.fallback === undefined ? 0 : 1);
  return (
    <>
      <div className="flex flex-wrap items-start justify-between gap-x-3">
        {children}
        <button
          type="button"
          aria-expanded={open}
          aria-controls={id}
          aria-label={t("more", { field })}
          onClick={() => setOpen(!open)}
          className="-mt-1 ml-auto inline-flex h-6 shrink-0 items-center gap-1 rounded text-ink-3 text-xs hover:text-ink"
        >
          <ChevronRight className={cn("size-3.5", open && "rotate-90")} aria-hidden />
          {t("moreOn", { count })}
        </button>
      </div>
      <div id={id} hidden={!open} className="flex flex-col gap-3 rounded-md border bg-canvas p-3 [&[hidden]]:hidden">
        <Field label={t("fallback")} hint={t("fallbackHint")}>
          {(ids) => (
            <ValueInput
              {...ids}
              kind={kind}
              organisations={organisations}
              placeholder={kind === "priority" ? t("nothing") : undefined}
              value={source.fallback ?? ""}
              onValue={(fallback) => onChange({ fallback: fallback === "" ? undefined : fallback })}
            />
          )}
        </Field>
        {source.column !== undefined ? <Values {...props} source={source} /> : null}
      </div>
    </>
  );
}
