"use client";

import { LayoutTemplate } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { useQueryStates } from "nuqs";
import { useRef, useState } from "react";
import { FacetFilter } from "#components/approvals/filters/facet-filter.tsx";
import { MessageArrivals } from "#components/messages/message-arrivals.tsx";
import { MessageList } from "#components/messages/message-list.tsx";
import { isNarrowed, messageParsers, messagesAsked } from "#components/messages/view.ts";
import { FacetCounter } from "#components/search/facet-counter.tsx";
import type { FacetCounts } from "#components/search/facets.tsx";
import { SearchBox } from "#components/search/search-box.tsx";
import { useSlash } from "#components/search/use-slash.ts";
import { Button, buttonClass } from "#components/ui/button.tsx";
import type { MessageStatus, Template } from "#server/domain/messaging/rules.ts";
import { STATUSES, TEMPLATES } from "#server/domain/messaging/rules.ts";

const COUNTED = ["status", "template"] as const;
const FOLLOWED = ["message"] as const;

export function MessagesPage() {
  const t = useTranslations("messages");
  const statuses = useTranslations("messageStatus");
  const templates = useTranslations("messageTemplates");
  const filters = useTranslations("filters");
  const [view, set] = useQueryStates(messageParsers, { scroll: false });
  const [counts, setCounts] = useState<FacetCounts>();
  const search = useRef<HTMLInputElement>(null);
  useSlash(search);
  const clear = () => void set({ status: null, template: null, q: null });
  return (
    <>
      <header className="shrink-0 border-b">
        <div className="flex flex-wrap items-start gap-x-4 gap-y-2 px-4 pt-3.5 pb-1">
          <div className="min-w-0 flex-1">
            <div className="flex h-7 items-center gap-3">
              <h1 className="font-semibold text-lg tracking-[-0.01em]">{t("title")}</h1>
              <MessageArrivals view={view} />
            </div>
            <p className="text-ink-2 text-sm">{t("lead")}</p>
          </div>
          <Link href="/messages/templates" className={buttonClass()}>
            <LayoutTemplate className="size-4" aria-hidden />
            {t("templates")}
          </Link>
        </div>
        <div className="flex flex-wrap items-center gap-1.5 px-4 py-2">
          <SearchBox
            label={t("search")}
            value={view.q}
            onChange={(q) => void set({ q: q || null })}
            inputRef={search}
            className="max-md:basis-full"
          />
          <FacetFilter
            label={t("status")}
            options={STATUSES.map((value) => ({ value, label: statuses(value) }))}
            counts={counts?.status}
            chosen={view.status}
            onChange={(status) => void set({ status: status as MessageStatus[] })}
          />
          <FacetFilter
            label={t("template")}
            options={TEMPLATES.map((value) => ({ value, label: templates(value) }))}
            counts={counts?.template}
            chosen={view.template}
            onChange={(template) => void set({ template: template as Template[] })}
          />
          {isNarrowed(view) ? (
            <Button variant="ghost" size="sm" onClick={clear}>
              {filters("clearAll")}
            </Button>
          ) : null}
          <FacetCounter
            collection="messages"
            narrowed={{
              words: messagesAsked(view).words,
              filters: "",
              chosen: { status: view.status, template: view.template },
            }}
            counted={COUNTED}
            kinds={FOLLOWED}
            onCounts={setCounts}
          />
        </div>
      </header>
      <div className="min-h-0 flex-1 overflow-y-auto">
        <MessageList view={view} onClear={clear} />
      </div>
    </>
  );
}
