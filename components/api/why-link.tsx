"use client";

import Link from "next/link";
import { useTranslations } from "next-intl";
import type { Facts } from "#components/api/refusal.ts";
import { PERMISSIONS } from "#server/domain/access/rules.ts";

/** Refusals that a permission would have kept away, where they say which. */
export const EXPLAINED: readonly string[] = [
  "access.denied",
  "access.not_held",
  "access.wider",
  "approval.not_eligible",
  "bulk.held",
  "bulk.not_yours",
  "member.wider",
];

/**
 * Where it is explained what would have had to be held, and where; null where nothing explains it. It is asked about
 * oneself, which anybody may. By hand and not by the parsers of the address: the pages before sign-in do without these.
 */
export function whyHref(code: string | null | undefined, facts: Facts | undefined): string | null {
  const what = PERMISSIONS.find((permission) => permission === facts?.permission);
  if (!code || !EXPLAINED.includes(code) || !what) return null;
  const asked = new URLSearchParams({ what });
  if (typeof facts?.scopeId === "string") asked.set("where", facts.scopeId);
  return `/access?${asked}`;
}

/** From a refusal to why. */
export function WhyLink({ code, facts }: { code: string | null | undefined; facts: Facts | undefined }) {
  const t = useTranslations("errors");
  const href = whyHref(code, facts);
  if (href === null) return null;
  return (
    <Link href={href} prefetch={false} className="text-accent text-sm underline underline-offset-2">
      {t("why")}
    </Link>
  );
}
