"use client";

import Link from "next/link";
import { useTranslations } from "next-intl";
import { accessQuery, parseAccessView } from "#components/access/view.ts";
import type { ApiError } from "#components/api/trpc.ts";

const text = (value: unknown) => (typeof value === "string" ? value : undefined);

/** From a refusal to what would have had to be held, and where. */
export function WhyLink({ error }: { error: ApiError }) {
  const t = useTranslations("errors");
  const { code, facts } = (error.data ?? {}) as { code?: string; facts?: Readonly<Record<string, unknown>> };
  const view = parseAccessView({ what: text(facts?.permission), where: text(facts?.scopeId) });
  if (code !== "access.denied" || view.what === null) return null;
  return (
    <Link
      href={`/access${accessQuery({ what: view.what, where: view.where })}`}
      prefetch={false}
      className="text-accent text-sm underline underline-offset-2"
    >
      {t("why")}
    </Link>
  );
}
