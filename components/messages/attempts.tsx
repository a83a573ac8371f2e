"use client";

import { useFormatter, useTranslations } from "next-intl";
import type { MessageDetail } from "#components/messages/use-messages.ts";
import { Moment } from "#components/ui/time.tsx";

/** Every try at sending it, the last first. */
export function Attempts({ message: { history } }: { message: MessageDetail }) {
  const t = useTranslations("messages");
  const outcomes = useTranslations("messageOutcomes");
  const providers = useTranslations("messageProviders");
  const format = useFormatter();
  return (
    <section aria-label={t("attempts")}>
      <h2 className="pb-1 font-semibold text-ink-2 text-sm">{t("attempts")}</h2>
      {history.length === 0 ? <p className="text-ink-3 text-sm">{t("noAttempts")}</p> : null}
      <ol className="flex flex-col">
        {history.map(({ number, outcome, provider, error, at, milliseconds }) => (
          <li key={number} className="border-t py-2 text-sm first:border-t-0">
            <p className="flex flex-wrap gap-x-2">
              <span className="font-medium">
                {t("attempt", { number })} · {outcomes(outcome)}
              </span>
              <span className="text-ink-3">
                {providers(provider)} · <Moment at={at} /> · {format.number(milliseconds)} ms
              </span>
            </p>
            {error ? <p className="break-words font-mono text-ink-2 text-xs">{error}</p> : null}
          </li>
        ))}
      </ol>
    </section>
  );
}
