"use client";

import { LayoutTemplate } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { debounce, useQueryStates } from "nuqs";
import { FacetFilter } from "#components/approvals/filters/facet-filter.tsx";
import { MessageArrivals } from "#components/messages/message-arrivals.tsx";
import { MessageList } from "#components/messages/message-list.tsx";
import { isNarrowed, messageParsers, TO_MAX } from "#components/messages/view.ts";
import { Button, buttonClass } from "#components/ui/button.tsx";
import { Input } from "#components/ui/field.tsx";
import type { MessageStatus, Template } from "#server/domain/messaging/rules.ts";
import { STATUSES, TEMPLATES } from "#server/domain/messaging/rules.ts";

const TYPING_MS = 300;

export function MessagesPage() {
  const t = useTranslations("messages");
  const statuses = useTranslations("messageStatus");
  const templates = useTranslations("messageTemplates");
  const filters = useTranslations("filters");
  const [view, set] = useQueryStates(messageParsers, { scroll: false });
  const clear = () => void set({ status: null, template: null, to: null });
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
          <FacetFilter
            label={t("status")}
            options={STATUSES.map((value) => ({ value, label: statuses(value) }))}
            counts={undefined}
            chosen={view.status}
            onChange={(status) => void set({ status: status as MessageStatus[] })}
          />
          <FacetFilter
            label={t("template")}
            options={TEMPLATES.map((value) => ({ value, label: templates(value) }))}
            counts={undefined}
            chosen={view.template}
            onChange={(template) => void set({ template: template as Template[] })}
          />
          <Input
            type="search"
            aria-label={t("searchTo")}
            placeholder={t("searchTo")}
            maxLength={TO_MAX}
            className="h-7 w-56 text-sm"
            value={view.to}
            onChange={(event) => void set({ to: event.target.value || null }, { limitUrlUpdates: debounce(TYPING_MS) })}
          />
          {isNarrowed(view) ? (
            <Button variant="ghost" size="sm" onClick={clear}>
              {filters("clearAll")}
            </Button>
          ) : null}
        </div>
      </header>
      <div className="min-h-0 flex-1 overflow-y-auto">
        <MessageList view={view} onClear={clear} />
      </div>
    </>
  );
}
