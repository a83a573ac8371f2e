"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import { useEntryText } from "#components/approvals/detail/timeline.tsx";
import type { Detail } from "#components/approvals/detail/use-approval.ts";
import { useMe } from "#components/identity/me.tsx";

type Entry = Detail["timeline"][number];
const nameOf = ({ at, action }: Entry) => `${at} ${action}`;

/** The latest of what others did while the page was open: read out, and in a place where it moves nothing. */
export function Elsewhere({ approval }: { approval: Detail }) {
  const t = useTranslations("approval");
  const { person } = useMe();
  const say = useEntryText();
  const [known] = useState(() => new Set(approval.timeline.map(nameOf)));
  const latest = approval.timeline.find((entry) => !known.has(nameOf(entry)) && entry.by.id !== person.id);
  return (
    <p role="status" className="min-w-0 truncate px-1 font-medium text-accent text-sm">
      {latest ? `${latest.by.kind === "SYSTEM" ? t("system") : latest.by.name} ${say(latest)}` : null}
    </p>
  );
}
