"use client";

import { Check, CircleDashed, CircleDot, CircleSlash, TriangleAlert } from "lucide-react";
import { useTranslations } from "next-intl";
import { Section } from "#components/approvals/detail/section.tsx";
import type { Detail } from "#components/approvals/detail/use-approval.ts";
import { StageDots } from "#components/approvals/stage-progress.tsx";
import { DECISION_LOOKS } from "#components/approvals/state-badge.tsx";
import { cn } from "#components/ui/cn.ts";
import { Ago } from "#components/ui/time.tsx";

type Decided = Detail["decisions"][number];

const STAGE_LOOKS = {
  DONE: { icon: Check, tone: "text-ok" },
  OPEN: { icon: CircleDot, tone: "text-accent" },
  WAITING: { icon: CircleDashed, tone: "text-ink-3" },
  SKIPPED: { icon: CircleSlash, tone: "text-ink-3" },
} as const;

function Decision({ decision }: { decision: Decided }) {
  const t = useTranslations("decided");
  const { icon: Icon, tone } = DECISION_LOOKS[decision.decision];
  return (
    <li className="flex gap-2 text-sm">
      <Icon className={cn("mt-0.5 size-3.5 shrink-0", tone)} strokeWidth={2.4} aria-hidden />
      <div className="min-w-0">
        <p>
          <span className="font-medium">{decision.by.name}</span>{" "}
          <span className="text-ink-2">
            {t(decision.decision).toLocaleLowerCase()} <Ago at={decision.at} narrow />
          </span>
        </p>
        {decision.comment ? <p className="whitespace-pre-wrap break-words text-ink-2">{decision.comment}</p> : null}
      </div>
    </li>
  );
}

/** The stages in their order: how many decisions each has and needs, and whose they are. */
export function Stages({ approval }: { approval: Detail }) {
  const t = useTranslations("approval");
  const stage = useTranslations("stage");
  return (
    <Section title={t("stages")}>
      <ol className="flex flex-col gap-3">
        {approval.stages.map(({ index, name, permission, needed, have, state, when, unevaluated }) => {
          const { icon: Icon, tone } = STAGE_LOOKS[state];
          const own = approval.decisions.filter((d) => d.stage === index && d.revision === approval.revision);
          return (
            <li key={index} className="flex flex-col gap-2 rounded-lg border px-3 py-2.5">
              <div className="flex items-center gap-2 text-sm">
                <Icon className={cn("size-4 shrink-0", tone)} aria-hidden />
                <span className="min-w-0 truncate font-medium">{name}</span>
                <span className="sr-only">{t(`stageState.${state}`)}</span>
                {state === "SKIPPED" ? (
                  <span aria-hidden className="ml-auto text-ink-3">
                    {t("stageState.SKIPPED")}
                  </span>
                ) : (
                  <>
                    <StageDots have={have} needed={needed} className="ml-auto" />
                    <span className="text-ink-2" title={stage("progress", { name, have, needed })}>
                      {stage("of", { have, needed })}
                    </span>
                  </>
                )}
              </div>
              {own.length > 0 ? (
                <ul className="flex flex-col gap-1.5 pl-0.5">
                  {own.map((decision) => (
                    <Decision key={decision.id} decision={decision} />
                  ))}
                </ul>
              ) : (
                <p className="text-ink-3 text-xs">
                  {state === "SKIPPED" ? t("stageSkipped") : t("stageNeeds", { permission })}
                </p>
              )}
              {when ? (
                <p className="text-ink-3 text-xs">
                  {unevaluated ? (
                    <span className="flex items-start gap-1 text-warn">
                      <TriangleAlert className="mt-0.5 size-3 shrink-0" aria-hidden />
                      {t("stageUnevaluated")}
                    </span>
                  ) : (
                    t("stageWhen")
                  )}{" "}
                  <code className="break-words font-mono">{when}</code>
                </p>
              ) : null}
            </li>
          );
        })}
      </ol>
    </Section>
  );
}
