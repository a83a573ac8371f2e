"use client";

import { useTranslations } from "next-intl";
import type {
  Amount,
  Columns,
  MapDraft,
  MapProblems,
  PlainField,
  Source,
} from "#components/imports/columns/map-draft.ts";
import { PLAIN_FIELDS, REQUIRED } from "#components/imports/columns/map-draft.ts";
import { SourceFields } from "#components/imports/columns/source-fields.tsx";
import type { Kind } from "#components/imports/columns/value-input.tsx";
import { Select } from "#components/ui/field.tsx";

const KINDS: Partial<Record<PlainField, Kind>> = { org: "org", priority: "priority" };
const HINTS = {
  org: "orgHint",
  requesterEmail: "requesterHint",
  dueAt: "dueHint",
  importKey: "keyHint",
} as const satisfies Partial<Record<PlainField, string>>;

/** Money is shown with two decimals: a column holds either such, or hundredths. */
const SCALES = { 2: "units", 0: "minor" } as const;

function Scale({ amount, onChange }: { amount: Amount; onChange: (scale: number) => void }) {
  const t = useTranslations("importColumns");
  const other = amount.scale in SCALES ? null : amount.scale;
  return (
    <Select
      aria-label={t("scale")}
      className="w-36 shrink-0"
      value={amount.scale}
      onChange={(event) => onChange(Number(event.target.value))}
    >
      <option value={2}>{t("scales.units")}</option>
      <option value={0}>{t("scales.minor")}</option>
      {other === null ? null : <option value={other}>{t("scales.other", { scale: other })}</option>}
    </Select>
  );
}

interface FieldsProps {
  draft: MapDraft;
  problems: MapProblems;
  known: Columns;
  onChange: (fields: MapDraft["fields"]) => void;
}

/** The fields that every request has, each with where it comes from. */
export function PlainFields({ draft, problems, known, onChange }: FieldsProps) {
  const names = useTranslations("importFields");
  const { fields } = draft;
  const set = (field: PlainField, source: Source | undefined) => {
    const { [field]: _, ...others } = fields;
    onChange(source ? { ...others, [field]: source } : others);
  };
  return PLAIN_FIELDS.map((field) => {
    const required = REQUIRED.some((needed) => needed === field);
    const shared = {
      label: names(field),
      kind: KINDS[field] ?? "text",
      columns: known.columns,
      organisations: known.organisations,
      required,
      missing: problems.missing.has(field),
      unknown: problems.unknown.get(field),
    } as const;
    if (field === "amount")
      return (
        <SourceFields
          key={field}
          {...shared}
          source={fields.amount}
          base={{ scale: 2 }}
          aside={
            fields.amount ? (
              <Scale amount={fields.amount} onChange={(scale) => set(field, { ...fields.amount, scale } as Amount)} />
            ) : null
          }
          onChange={(source) => set(field, source)}
        />
      );
    return (
      <SourceFields
        key={field}
        {...shared}
        hint={field in HINTS ? <Hint of={field as keyof typeof HINTS} /> : undefined}
        source={fields[field] as Source | undefined}
        base={{}}
        onChange={(source) => set(field, source)}
      />
    );
  });
}

function Hint({ of }: { of: keyof typeof HINTS }) {
  const t = useTranslations("importColumns");
  return t(HINTS[of]);
}
