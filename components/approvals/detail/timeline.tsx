"use client";

import { Ban, Bell, Circle, Hourglass, MailCheck, MessageSquare, RotateCcw, Send } from "lucide-react";
import { useTranslations } from "next-intl";
import { Section } from "#components/approvals/detail/section.tsx";
import type { Detail } from "#components/approvals/detail/use-approval.ts";
import { DECISION_LOOKS } from "#components/approvals/state-badge.tsx";
import { AuditLink } from "#components/audit/audit-link.tsx";
import { cn } from "#components/ui/cn.ts";
import { Ago } from "#components/ui/time.tsx";
import { DECISIONS } from "#server/domain/approvals/rules.ts";

type Entry = Detail["timeline"][number];

const LOOKS: Readonly<Record<string, { icon: typeof Ban; tone: string }>> = {
  "approval.submitted": { icon: Send, tone: "text-ink-2" },
  "approval.resubmitted": { icon: RotateCcw, tone: "text-accent" },
  "approval.expired": { icon: Hourglass, tone: "text-ink-3" },
  "approval.reminded": { icon: Bell, tone: "text-ink-2" },
  "approval.requester_told": { icon: MailCheck, tone: "text-ink-2" },
  "approval.commented": { icon: MessageSquare, tone: "text-ink-2" },
  "approval.cancelled": { icon: Ban, tone: "text-ink-3" },
};

const decisionOf = ({ facts }: Entry) => DECISIONS.find((decision) => decision === facts.decision);

function lookOf(entry: Entry) {
  const decision = decisionOf(entry);
  return decision ? DECISION_LOOKS[decision] : (LOOKS[entry.action] ?? { icon: Circle, tone: "text-ink-3" });
}

export function useEntryText() {
  const t = useTranslations("timeline");
  return (entry: Entry): string => {
    if (entry.action === "approval.submitted") return t("submitted");
    if (entry.action === "approval.resubmitted") return t("resubmitted", { revision: Number(entry.facts.revision) });
    if (entry.action === "approval.commented") return t("commented");
    if (entry.action === "approval.cancelled") return t("cancelled");
    if (entry.action === "approval.reminded") return t("reminded", { people: Number(entry.facts.people) });
    if (entry.action === "approval.requester_told") return t("requesterTold");
    if (entry.action === "approval.expired") return t("expired");
    if (entry.action === "approval.decided")
      return t("decided", {
        decision: decisionOf(entry) ?? "",
        settled: entry.facts.state === "PENDING" ? "no" : "yes",
      });
    return entry.action;
  };
}

/** All that happened to it, the latest first. */
export function Timeline({ approval, children }: { approval: Detail; children?: React.ReactNode }) {
  const t = useTranslations("approval");
  const say = useEntryText();
  return (
    <Section title={t("timeline")} aside={<AuditLink target={approval.id} />}>
      {children}
      <ol className="flex flex-col">
        {approval.timeline.map((entry, index) => {
          const { icon: Icon, tone } = lookOf(entry);
          const last = index === approval.timeline.length - 1;
          return (
            <li key={`${entry.at} ${entry.action}`} className="relative flex gap-2.5 pb-4 last:pb-0">
              {last ? null : <span aria-hidden className="absolute top-6 bottom-0 left-2.5 w-px bg-line" />}
              <span className="flex size-5 shrink-0 items-center justify-center rounded-full border bg-surface">
                <Icon className={cn("size-3", tone)} strokeWidth={2.2} aria-hidden />
              </span>
              <div className="min-w-0 text-sm">
                <p>
                  <span className="font-medium">{entry.by.kind === "SYSTEM" ? t("system") : entry.by.name}</span>{" "}
                  <span className="text-ink-2">{say(entry)}</span>
                </p>
                {typeof entry.facts.comment === "string" ? (
                  <p className="whitespace-pre-wrap break-words text-ink-2">{entry.facts.comment}</p>
                ) : null}
                <Ago at={entry.at} className="text-ink-3 text-xs" />
              </div>
            </li>
          );
        })}
      </ol>
    </Section>
  );
}
