"use client";

import Link from "next/link";
import { useTranslations } from "next-intl";
import { useMe } from "#components/identity/me.tsx";
import type { Traced } from "#components/outbox/view.ts";
import { traceHref } from "#components/outbox/view.ts";

/** To everything of the same request or chain; nothing for who may not read it. */
export function TraceLink({ traced, className }: { traced: Traced; className?: string }) {
  const t = useTranslations("trace");
  if (!useMe().mayInTenant("outbox:read")) return null;
  return (
    <Link href={traceHref(traced)} prefetch={false} className={className}>
      {t(Object.hasOwn(traced, "requestId") ? "ofRequest" : "ofChain")}
    </Link>
  );
}
