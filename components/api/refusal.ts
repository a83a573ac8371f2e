"use client";

import { useFormatter, useTranslations } from "next-intl";

export type Facts = Readonly<Record<string, unknown>>;
type Known = "approval.not_found";

const text = (value: unknown) => (typeof value === "string" || typeof value === "number" ? String(value) : "");

/** A refusal in words, with who and when where it knows them. */
export function useRefusalText() {
  const t = useTranslations("refusals");
  const states = useTranslations("state");
  const format = useFormatter();
  return (code: string | null | undefined, facts: Facts = {}): string => {
    const known = code && t.has(code as Known) ? code : "internal";
    const at = typeof facts.at === "string" ? new Date(facts.at) : null;
    const state = text(facts.state);
    return t(
      known as Known,
      {
        by: text(facts.by),
        who: facts.by ? "yes" : "no",
        // At least a second: "by Mei now" reads as nonsense.
        ago: at ? format.relativeTime(at, { now: Math.max(Date.now(), at.getTime() + 1000), style: "narrow" }) : "",
        when: at ? "yes" : "no",
        state: states.has(state as "PENDING") ? states(state as "PENDING").toLocaleLowerCase() : "",
        stateCode: state,
        permission: text(facts.permission),
        name: text(facts.name),
        stage: text(facts.stage),
        max: typeof facts.max === "number" ? format.number(facts.max) : text(facts.max),
        line: text(facts.line),
        columns: text(facts.columns),
        flaw: text(facts.flaw) || "other",
        minutes: text(facts.minutes),
        seconds: typeof facts.seconds === "number" ? facts.seconds : 1,
        version: text(facts.version),
        held: Number(facts.held ?? 0),
        invited: Number(facts.invited ?? 0),
      } as Record<string, string | number>,
    );
  };
}
