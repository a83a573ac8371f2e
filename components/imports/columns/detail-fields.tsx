"use client";

import { Plus, Trash2 } from "lucide-react";
import { useTranslations } from "next-intl";
import type {
  Column,
  Columns,
  Detail,
  DetailSource,
  MapDraft,
  MapProblems,
} from "#components/imports/columns/map-draft.ts";
import { detailName, newDetail, unusedColumns } from "#components/imports/columns/map-draft.ts";
import { SourceFields } from "#components/imports/columns/source-fields.tsx";
import { Button } from "#components/ui/button.tsx";
import { Field, Input, Select } from "#components/ui/field.tsx";
import { PAYLOAD_FIELDS_MAX } from "#server/domain/imports/rules.ts";

const KINDS = ["string", "integer", "number", "boolean"] as const;

interface RowProps {
  detail: Detail;
  place: number;
  problems: MapProblems;
  known: Columns;
  onChange: (change: Partial<Detail>) => void;
  onRemove: () => void;
}

function Row({ detail, place, problems, known, onChange, onRemove }: RowProps) {
  const t = useTranslations("importColumns");
  const { key, name, source } = detail;
  const said = name.trim() || t("detail");
  const error = problems.unnamed.has(key) ? t("noName") : problems.repeated.has(key) ? t("repeatedName") : undefined;
  return (
    <li className="flex flex-col gap-2 rounded-lg border p-3">
      <div className="flex items-start gap-2">
        <Field className="min-w-0 flex-1" label={t("detailName", { place })} error={error}>
          {(ids) => (
            <Input {...ids} maxLength={200} value={name} onChange={(event) => onChange({ name: event.target.value })} />
          )}
        </Field>
        <Field className="w-28" label={t("detailKind")}>
          {(ids) => (
            <Select
              {...ids}
              value={source.as ?? "string"}
              onChange={(event) => onChange({ source: { ...source, as: event.target.value as DetailSource["as"] } })}
            >
              {KINDS.map((kind) => (
                <option key={kind} value={kind}>
                  {t(`as.${kind}`)}
                </option>
              ))}
            </Select>
          )}
        </Field>
        <Button
          variant="ghost"
          size="icon"
          className="mt-6.5"
          aria-label={t("removeDetail", { name: said })}
          onClick={onRemove}
        >
          <Trash2 className="size-3.5" aria-hidden />
        </Button>
      </div>
      <SourceFields
        label={t("from", { field: said })}
        bare
        source={source}
        base={{ as: "string" }}
        kind="text"
        required
        columns={known.columns}
        organisations={known.organisations}
        unknown={problems.unknown.get(key)}
        onChange={(next) => (next ? onChange({ source: next }) : onRemove())}
      />
    </li>
  );
}

interface DetailsProps {
  draft: MapDraft;
  problems: MapProblems;
  known: Columns;
  onChange: (details: readonly Detail[]) => void;
}

/** What a request carries beside its fields, each under a name. */
export function DetailFields({ draft, problems, known, onChange }: DetailsProps) {
  const t = useTranslations("importColumns");
  const { details } = draft;
  const unused = unusedColumns(draft, known.columns);
  const room = PAYLOAD_FIELDS_MAX - details.length;
  const made = ({ name }: Column) => newDetail(detailName(name), { column: name, as: "string" });
  return (
    <section className="flex flex-col gap-2.5">
      <div>
        <h2 className="font-semibold text-ink-2 text-sm">{t("details")}</h2>
        <p className="text-ink-3 text-xs">{t("detailsNote")}</p>
      </div>
      {details.length > 0 ? (
        <ol className="flex flex-col gap-2.5">
          {details.map((detail, at) => (
            <Row
              key={detail.key}
              detail={detail}
              place={at + 1}
              problems={problems}
              known={known}
              onChange={(change) => onChange(details.map((d) => (d.key === detail.key ? { ...d, ...change } : d)))}
              onRemove={() => onChange(details.filter((d) => d.key !== detail.key))}
            />
          ))}
        </ol>
      ) : null}
      <div className="flex flex-wrap gap-2">
        <Button
          size="sm"
          disabled={room <= 0}
          onClick={() => onChange([...details, unused[0] ? made(unused[0]) : newDetail("", { constant: "" })])}
        >
          <Plus className="size-3.5" aria-hidden />
          {t("addDetail")}
        </Button>
        {unused.length > 1 && room > 0 ? (
          <Button size="sm" onClick={() => onChange([...details, ...unused.slice(0, room).map(made)])}>
            {t("addRest", { count: Math.min(unused.length, room) })}
          </Button>
        ) : null}
      </div>
    </section>
  );
}
