"use client";

import { ArrowLeft, ScrollText } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { auditQuery } from "#components/audit/view.ts";
import { useMe } from "#components/identity/me.tsx";
import { Trace } from "#components/outbox/trace.tsx";
import type { Traced } from "#components/outbox/view.ts";
import { buttonClass } from "#components/ui/button.tsx";
import { CopyButton } from "#components/ui/copy-button.tsx";

export function TracePage({ traced }: { traced: Traced }) {
  const t = useTranslations("trace");
  const outbox = useTranslations("outbox");
  const audit = useTranslations("audit");
  const { may } = useMe();
  const id = "requestId" in traced ? traced.requestId : traced.correlationId;
  return (
    <div className="min-h-0 flex-1 overflow-y-auto">
      <header className="flex flex-col border-b px-4 pt-3 pb-4">
        <Link
          href="/outbox"
          className="inline-flex h-6 items-center gap-1 self-start text-ink-3 text-sm hover:text-ink"
        >
          <ArrowLeft className="size-3.5" aria-hidden />
          {outbox("title")}
        </Link>
        <div className="flex items-center gap-3 pt-1.5">
          <h1 className="min-w-0 flex-1 font-semibold text-xl tracking-[-0.015em]">
            {t(Object.hasOwn(traced, "requestId") ? "requestTitle" : "chainTitle")}
          </h1>
          {may("audit:read") ? (
            <Link
              href={`/audit${auditQuery("requestId" in traced ? { request: id } : { chain: id })}`}
              prefetch={false}
              className={buttonClass({ variant: "ghost", size: "sm" })}
            >
              <ScrollText className="size-3.5" aria-hidden />
              {audit("link")}
            </Link>
          ) : null}
        </div>
        <p className="flex items-center gap-1 text-ink-2">
          <code className="min-w-0 break-all font-mono text-xs">{id}</code>
          <CopyButton value={id} label={t("copyId")} />
        </p>
      </header>
      <Trace traced={traced} className="max-w-4xl py-3" />
    </div>
  );
}
