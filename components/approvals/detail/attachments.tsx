"use client";

import { ExternalLink } from "lucide-react";
import { useTranslations } from "next-intl";
import { Section } from "#components/approvals/detail/section.tsx";
import type { Detail } from "#components/approvals/detail/use-approval.ts";
import { linkOf } from "#server/domain/attachments/rules.ts";

/** An address that leads away, with the host that it leads to; one that is not ours to follow stays a text. */
export function SafeLink({ url, title }: { url: string; title?: string }) {
  const t = useTranslations("approval");
  const link = linkOf(url);
  if ("flaw" in link) return <span className="break-all">{url}</span>;
  return (
    <a
      href={link.url}
      target="_blank"
      rel="noopener noreferrer"
      title={link.url}
      className="inline-flex min-h-6 min-w-0 max-w-full flex-wrap items-center gap-x-1.5 text-accent hover:underline hover:underline-offset-2"
    >
      {title ? <span className="min-w-0 break-words">{title}</span> : null}
      <span className={title ? "text-ink-3" : undefined}>{link.host}</span>
      <ExternalLink className="size-3 shrink-0" aria-hidden />
      <span className="sr-only">{t("newTab")}</span>
    </a>
  );
}

/** What belongs to the request and lies elsewhere; part of what is decided. */
export function Attachments({ links }: { links: Detail["attachments"] }) {
  const t = useTranslations("approval");
  return (
    <Section title={t("attachments")}>
      <ul className="flex flex-col gap-1 text-sm">
        {links.map(({ title, url, digest }, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the same link may be there twice, and a revision never changes
          <li key={`${digest} ${index}`} className="flex min-w-0">
            <SafeLink url={url} title={title} />
          </li>
        ))}
      </ul>
    </Section>
  );
}
