"use client";

import { ArrowLeft } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { Entry, EntryTitle } from "#components/audit/entry.tsx";

export function EntryPage({ id }: { id: string }) {
  const t = useTranslations("audit");
  return (
    <div className="min-h-0 flex-1 overflow-y-auto">
      <header className="flex flex-col border-b px-4 pt-3 pb-4">
        <Link href="/audit" className="inline-flex h-6 items-center gap-1 self-start text-ink-3 text-sm hover:text-ink">
          <ArrowLeft className="size-3.5" aria-hidden />
          {t("title")}
        </Link>
        <h1 className="pt-1.5 font-semibold text-xl tracking-[-0.015em]">
          <EntryTitle id={id} />
        </h1>
      </header>
      <div className="max-w-3xl px-4 py-4">
        <Entry id={id} />
      </div>
    </div>
  );
}
