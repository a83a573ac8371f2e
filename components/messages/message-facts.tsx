"use client";

import Link from "next/link";
import { useTranslations } from "next-intl";
import { useMe } from "#components/identity/me.tsx";
import type { MessageDetail } from "#components/messages/use-messages.ts";
import { TraceLink } from "#components/outbox/trace-link.tsx";
import { outboxQuery } from "#components/outbox/view.ts";
import { Moment } from "#components/ui/time.tsx";

function Fact({ label, children }: { label: string; children: React.ReactNode }) {
  return (
    <div className="grid grid-cols-[8rem_minmax(0,1fr)] gap-3 py-1 text-sm">
      <dt className="text-ink-3">{label}</dt>
      <dd className="min-w-0 break-words">{children}</dd>
    </div>
  );
}

const linkClass = "text-accent underline-offset-2 hover:underline";

/** Whom it went to, what it is about and how it left. */
export function MessageFacts({ message }: { message: MessageDetail }) {
  const t = useTranslations("messages");
  const templates = useTranslations("messageTemplates");
  const languages = useTranslations("messageLanguages");
  const providers = useTranslations("messageProviders");
  const { mayInTenant } = useMe();
  const { to, by, target, resends, provider, providerMessageId, createdAt, sentAt, template, language } = message;
  return (
    <section aria-label={t("facts")}>
      <h2 className="pb-1 font-semibold text-ink-2 text-sm">{t("facts")}</h2>
      <dl>
        <Fact label={t("to")}>
          {to.name ? `${to.name} · ` : ""}
          {to.email}
        </Fact>
        <Fact label={t("template")}>{templates(template)}</Fact>
        <Fact label={t("language")}>{languages(language)}</Fact>
        <Fact label={t("by")}>{by.kind === "SYSTEM" ? t("system") : by.name}</Fact>
        <Fact label={t("queuedAt")}>
          <Moment at={createdAt} />
        </Fact>
        {sentAt ? (
          <Fact label={t("sentAt")}>
            <Moment at={sentAt} />
          </Fact>
        ) : null}
        {provider ? <Fact label={t("provider")}>{providers(provider)}</Fact> : null}
        {providerMessageId ? (
          <Fact label={t("providerId")}>
            <code className="font-mono text-xs">{providerMessageId}</code>
          </Fact>
        ) : null}
        {target?.type === "approval" ? (
          <Fact label={t("about")}>
            <Link href={`/approvals/${target.id}`} prefetch={false} className={linkClass}>
              {t("openRequest")}
            </Link>
          </Fact>
        ) : null}
        {resends ? (
          <Fact label={t("resends")}>
            <Link href={`/messages/${resends}`} prefetch={false} className={linkClass}>
              {t("openOriginal")}
            </Link>
          </Fact>
        ) : null}
        {mayInTenant("outbox:read") ? (
          <Fact label={t("trace")}>
            <TraceLink traced={{ correlationId: message.correlationId }} className={linkClass} />
            {" · "}
            <Link
              href={`/outbox${outboxQuery({ show: "all", about: message.id })}`}
              prefetch={false}
              className={linkClass}
            >
              {t("deliveries")}
            </Link>
          </Fact>
        ) : null}
      </dl>
    </section>
  );
}
