"use client";

import { skipToken, useQuery } from "@tanstack/react-query";
import { ShieldQuestion } from "lucide-react";
import { useTranslations } from "next-intl";
import { useQueryStates } from "nuqs";
import { Answer } from "#components/access/answer.tsx";
import { Holders } from "#components/access/holders.tsx";
import { QuestionFields } from "#components/access/question-fields.tsx";
import { usePlaces } from "#components/access/use-places.ts";
import { ACCESS_TABS, accessParsers, questionOf } from "#components/access/view.ts";
import { useTRPC } from "#components/api/trpc.ts";
import { useMe } from "#components/identity/me.tsx";
import { Notice } from "#components/ui/notice.tsx";
import { Tabs } from "#components/ui/tabs.tsx";

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
  const of = administers ? view : { ...view, person: null, client: null };
  const question = questionOf({ ...of, where });
  const trpc = useTRPC();
  const { data: said } = useQuery({
    ...trpc.access.explain.queryOptions(question ?? skipToken),
    enabled: question !== null && tab === "why",
  });
  return (
    <>
      <header className="shrink-0 border-b">
        <div className="px-4 pt-3.5 pb-1">
          <h1 className="font-semibold text-lg tracking-[-0.01em]">{t("title")}</h1>
          <p className="text-ink-2 text-sm">{t(administers ? "lead" : "leadSelf")}</p>
        </div>
        {administers ? (
          <Tabs label={t("shown")} names={ACCESS_TABS} chosen={tab} onChoose={(name) => void set({ tab: name })}>
            {(name) => t(`tabs.${name}`)}
          </Tabs>
        ) : null}
      </header>
      <div className="min-h-0 flex-1 overflow-y-auto">
        <QuestionFields
          view={{ ...of, where, tab }}
          said={said}
          places={places}
          change={(change) => void set(change)}
        />
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
