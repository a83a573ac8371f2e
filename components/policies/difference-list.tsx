import { ArrowRight, ArrowUpDown, Minus, PenLine, Plus } from "lucide-react";
import { useTranslations } from "next-intl";
import type { Difference } from "#components/policies/difference.ts";
import type { StagePermission } from "#components/policies/draft.ts";
import { useDuration } from "#components/policies/duration.ts";
import type { FIELD_FACTS } from "#components/policies/field-difference.ts";
import { usePermissionName } from "#components/policies/stage-fields.tsx";
import { cn } from "#components/ui/cn.ts";
import type { Kind } from "#server/domain/payload-schemas/rules.ts";

type FieldFact = (typeof FIELD_FACTS)[number];

const LOOKS = {
  added: { icon: Plus, tone: "text-ok" },
  removed: { icon: Minus, tone: "text-bad" },
  moved: { icon: ArrowUpDown, tone: "text-accent" },
  changed: { icon: PenLine, tone: "text-accent" },
} as const;

type Changed = Extract<Difference, { before: unknown }>;

function useValueText() {
  const t = useTranslations("policy");
  const permissionName = usePermissionName();
  const kinds = useTranslations("policyForm.kinds");
  const duration = useDuration();
  return ({ field }: Changed, value: Changed["before"]): string => {
    if (value === null) return t("nothing");
    if (field === "kind") return kinds(value as Kind);
    if (typeof value === "boolean") return t(value ? "yes" : "no");
    if (field === "dueAfterHours" || field === "expiresAfterHours") return duration(Number(value));
    return field === "permission" ? permissionName(value as StagePermission) : String(value);
  };
}

function Values({ of }: { of: Changed }) {
  const t = useTranslations("policy");
  const valueText = useValueText();
  const look = of.field === "when" ? "break-words font-mono text-xs" : "break-words";
  return (
    <span className="flex min-w-0 flex-wrap items-baseline gap-x-1.5">
      <span className="sr-only">{t("before")}</span>
      <del className={cn("text-ink-3", look)}>{valueText(of, of.before)}</del>
      <ArrowRight className="size-3 shrink-0 self-center text-ink-3" aria-hidden />
      <span className="sr-only">{t("after")}</span>
      <ins className={cn("no-underline", look)}>{valueText(of, of.after)}</ins>
    </span>
  );
}

/** What a line is about: the policy itself, a stage or a field of its form. */
function useSubject() {
  const t = useTranslations("policy");
  const fields = useTranslations("policy.fields");
  const facts = useTranslations("policyForm.facts");
  return (difference: Difference): string => {
    const { of } = difference;
    if (of === "policy") return fields(difference.field);
    const whole =
      of === "stage"
        ? t("stageNamed", { name: difference.stage || "–" })
        : t("fieldNamed", { name: difference.named || "–" });
    if (difference.what !== "changed") return whole;
    return `${whole}: ${of === "stage" ? fields(difference.field) : facts(difference.field as FieldFact)}`;
  };
}

const keyOf = (difference: Difference): string => {
  const { of } = difference;
  const one = of === "stage" ? difference.stage : of === "field" ? difference.named : "";
  return [of, one, "what" in difference ? difference.what : "", "field" in difference ? difference.field : ""].join(
    " ",
  );
};

/** What differs between two versions, a line each. */
export function DifferenceList({ differences }: { differences: readonly Difference[] }) {
  const t = useTranslations("policy");
  const subject = useSubject();
  return (
    <ul className="flex flex-col gap-1.5 text-sm">
      {differences.map((difference) => {
        const { icon: Icon, tone } = LOOKS[difference.of === "policy" ? "changed" : difference.what];
        return (
          <li key={keyOf(difference)} className="flex items-start gap-2">
            <Icon className={cn("mt-0.5 size-3.5 shrink-0", tone)} strokeWidth={2.4} aria-hidden />
            <div className="min-w-0">
              <span className="font-medium">{subject(difference)}</span>{" "}
              {"field" in difference ? <Values of={difference} /> : t(`what.${difference.what}`)}
            </div>
          </li>
        );
      })}
    </ul>
  );
}
