"use client";

import { useTranslations } from "next-intl";
import { useId } from "react";
import type { Column, Columns, Source } from "#components/imports/columns/map-draft.ts";
import type { Kind } from "#components/imports/columns/value-input.tsx";
import { ValueInput } from "#components/imports/columns/value-input.tsx";
import { ValueOptions } from "#components/imports/columns/value-options.tsx";
import { cn } from "#components/ui/cn.ts";
import { Input, Select } from "#components/ui/field.tsx";

type Origin = { column: string } | { constant: string } | { template: string };

/** The same field from somewhere else: the values of another column are others. */
function withOrigin<S extends Source>(source: S | undefined, base: Omit<S, keyof Source>, origin: Origin): S {
  const { column: _c, constant: _k, template: _t, values: _v, otherwise: _o, ...kept } = source ?? ({} as Source);
  return { ...base, ...kept, ...origin } as unknown as S;
}

const COLUMN = "column:";
const originOf = ({ column, template }: Source): string =>
  column === undefined ? (template === undefined ? "constant" : "template") : `${COLUMN}${column}`;

interface SourceProps<S extends Source> {
  label: string;
  /** What it is called stands elsewhere already. */
  bare?: boolean;
  source: S | undefined;
  /** What a source of this kind has beside where it comes from. */
  base: Omit<S, keyof Source>;
  kind: Kind;
  columns: readonly Column[];
  organisations: Columns["organisations"];
  required?: boolean;
  hint?: React.ReactNode;
  /** Columns that it names and the file has not. */
  unknown?: readonly string[] | undefined;
  missing?: boolean;
  /** Beside where it comes from. */
  aside?: React.ReactNode;
  /** Undefined: from nowhere. */
  onChange: (source: S | undefined) => void;
}

function useNote<S extends Source>({ source, columns, hint, unknown, missing }: SourceProps<S>) {
  const t = useTranslations("importColumns");
  if (missing) return { error: true, text: t("missing") };
  if (unknown) return { error: true, text: t("unknownColumns", { columns: unknown.join(", ") }) };
  if (source?.column === undefined) return { error: false, text: hint };
  const samples = columns.find(({ name }) => name === source.column)?.samples ?? [];
  const text = samples.length > 0 ? t("samples", { samples: samples.join(" · ") }) : t("noSamples");
  return { error: false, text };
}

type OriginProps<S extends Source> = Pick<SourceProps<S>, "source" | "base" | "columns" | "required" | "onChange"> &
  Pick<React.ComponentProps<"select">, "id" | "aria-describedby" | "aria-invalid">;

function OriginSelect<S extends Source>({ source, base, columns, required, onChange, ...ids }: OriginProps<S>) {
  const t = useTranslations("importColumns");
  const names = columns.flatMap(({ name }) => (name === "" ? [] : [name]));
  const gone = source?.column !== undefined && !names.includes(source.column) ? [source.column] : [];
  const choose = (chosen: string) => {
    if (chosen === "") return onChange(undefined);
    if (chosen.startsWith(COLUMN)) return onChange(withOrigin(source, base, { column: chosen.slice(COLUMN.length) }));
    if (chosen === "constant") return onChange(withOrigin(source, base, { constant: "" }));
    onChange(withOrigin(source, base, { template: `{${source?.column ?? names[0] ?? ""}}` }));
  };
  return (
    <Select
      {...ids}
      className="min-w-0 flex-1"
      value={source ? originOf(source) : ""}
      onChange={(event) => choose(event.target.value)}
    >
      {required && source ? null : <option value="">{t("nothing")}</option>}
      <optgroup label={t("columnsGroup")}>
        {[...names, ...gone].map((name) => (
          <option key={name} value={`${COLUMN}${name}`}>
            {name}
          </option>
        ))}
      </optgroup>
      <optgroup label={t("otherGroup")}>
        <option value="constant">{t("constant")}</option>
        <option value="template">{t("template")}</option>
      </optgroup>
    </Select>
  );
}

/** Where a field comes from: a column, the same in every row, or a text with columns in it. */
export function SourceFields<S extends Source>(props: SourceProps<S>) {
  const { label, bare, source, kind, columns, organisations, aside, onChange } = props;
  const t = useTranslations("importColumns");
  const id = useId();
  const note = useNote(props);
  const noteId = note.text ? `${id}-note` : undefined;
  const example = `{${columns[0]?.name || "column"}}`;
  return (
    <div className={cn("grid min-w-0 gap-x-3 gap-y-1", !bare && "sm:grid-cols-[6.5rem_minmax(0,1fr)]")}>
      <label htmlFor={id} className={cn("font-medium text-sm sm:pt-1.5", bare && "sr-only")}>
        {label}
      </label>
      <div className="flex min-w-0 flex-col gap-1.5">
        <div className="flex gap-2">
          <OriginSelect
            id={id}
            aria-describedby={noteId}
            aria-invalid={note.error || undefined}
            source={source}
            base={props.base}
            columns={columns}
            required={props.required}
            onChange={onChange}
          />
          {source ? aside : null}
        </div>
        {source?.constant !== undefined ? (
          <ValueInput
            kind={kind}
            organisations={organisations}
            aria-label={t("constantLabel", { field: label })}
            placeholder={t("blank")}
            value={source.constant}
            onValue={(constant) => onChange({ ...source, constant })}
          />
        ) : null}
        {source?.template !== undefined ? (
          <Input
            aria-label={t("templateLabel", { field: label })}
            placeholder={t("templateHint", { example })}
            maxLength={10_000}
            value={source.template}
            onChange={(event) => onChange({ ...source, template: event.target.value })}
          />
        ) : null}
        <ValueOptions
          field={label}
          source={source?.constant === undefined ? source : undefined}
          kind={kind}
          seen={columns.find(({ name }) => name === source?.column)?.values ?? []}
          organisations={organisations}
          onChange={(change) => source && onChange({ ...source, ...change })}
        >
          {note.text ? (
            <p
              id={noteId}
              className={cn("min-w-0 flex-1 text-xs", note.error ? "text-bad" : "line-clamp-1 text-ink-3")}
            >
              {note.text}
            </p>
          ) : null}
        </ValueOptions>
      </div>
    </div>
  );
}
