"use client";

import { ShieldQuestion } from "lucide-react";
import { useTranslations } from "next-intl";
import { useQueryStates } from "nuqs";
import { Answer } from "#components/access/answer.tsx";
import { Holders } from "#components/access/holders.tsx";
import { QuestionFields } from "#components/access/question-fields.tsx";
import { usePlaces } from "#components/access/use-places.ts";
import { ACCESS_TABS, accessParsers, questionOf } from "#components/access/view.ts";
import { useMe } from "#components/identity/me.tsx";
import { Notice } from "#components/ui/notice.tsx";

/** Why somebody may or may not, for anybody about themselves; who may, for whoever administers access. */
export function AccessPage() {
  const t = useTranslations("access");
  const { may } = useMe();
  const [view, set] = useQueryStates(accessParsers, { history: "push", scroll: false });
  const administers = may("access:write");
  const tab = administers ? view.tab : "why";
  const places = usePlaces();
  // Who administers a part begins with it.
  const where = view.where ?? (administers ? (places[0]?.id ?? null) : null);
  const question = questionOf({ ...view, where, person: administers ? view.person : null });
  return (
    <>
      <header className="shrink-0 border-b">
        <div className="px-4 pt-3.5 pb-1">
          <h1 className="font-semibold text-lg tracking-[-0.01em]">{t("title")}</h1>
          <p className="text-ink-2 text-sm">{t(administers ? "lead" : "leadSelf")}</p>
        </div>
        {administers ? (
          // biome-ignore lint/a11y/useSemanticElements: a fieldset is for forms; these choose what is asked
          <div role="group" aria-label={t("shown")} className="-mb-px flex gap-x-4 px-4">
            {ACCESS_TABS.map((name) => (
              <button
                key={name}
                type="button"
                aria-pressed={name === tab}
                onClick={() => void set({ tab: name === "why" ? null : name })}
                className="inline-flex h-9 items-center border-transparent border-b-2 font-medium text-ink-2 text-sm hover:text-ink focus-visible:-outline-offset-2 aria-pressed:border-accent aria-pressed:text-ink"
              >
                {t(`tabs.${name}`)}
              </button>
            ))}
          </div>
        ) : null}
      </header>
      <div className="min-h-0 flex-1 overflow-y-auto">
        <QuestionFields view={{ ...view, where, tab }} places={places} change={(change) => void set(change)} />
        {question === null ? (
          <Notice icon={<ShieldQuestion aria-hidden />} title={t("title")}>
            {t("askNote")}
          </Notice>
        ) : tab === "why" ? (
          <Answer question={question} />
        ) : where ? (
          <Holders question={{ permission: question.permission, scopeId: where }} />
        ) : null}
      </div>
    </>
  );
}
