"use client";

import { CircleCheck, CircleSlash, Clock, KeyRound, Plus, RefreshCw, TimerOff, TriangleAlert, X } from "lucide-react";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { usePlaceName } from "#components/people/names.ts";
import type { Client, Token } from "#components/service-clients/use-clients.ts";
import { Button } from "#components/ui/button.tsx";
import { cn } from "#components/ui/cn.ts";
import { lazily } from "#components/ui/first-sign.ts";
import { Ago } from "#components/ui/time.tsx";

const IssueDialog = lazily(() => import("#components/service-clients/issue-dialog.tsx").then((m) => m.IssueDialog));
const RotateDialog = lazily(() => import("#components/service-clients/rotate-dialog.tsx").then((m) => m.RotateDialog));
const RevokeDialog = lazily(() => import("#components/service-clients/revoke-dialog.tsx").then((m) => m.RevokeDialog));

const LOOKS = {
  ACTIVE: { icon: CircleCheck, tone: "text-ok" },
  REPLACED: { icon: Clock, tone: "text-warn" },
  EXPIRED: { icon: TimerOff, tone: "text-ink-3" },
  REVOKED: { icon: CircleSlash, tone: "text-ink-3" },
} as const;

type Asked = { readonly what: "rotate" | "revoke"; readonly token: Token };

function Narrowing({ token: { permissions, scope } }: { token: Token }) {
  const t = useTranslations("serviceTokens");
  const names = useTranslations("permissions");
  const placeName = usePlaceName();
  if (!permissions && !scope) return t("all");
  return [
    permissions ? t("may", { permissions: permissions.map((one) => names(one)).join(", ") }) : null,
    scope ? t("at", { place: placeName(scope) }) : null,
  ]
    .filter(Boolean)
    .join(" · ");
}

function Times({ token }: { token: Token }) {
  const t = useTranslations("serviceTokens");
  const { state, expiresAt, revokedAt, revokedBy, lastUsedAt, lastUsedAddress } = token;
  const ago =
    (at: string, future = false) =>
    () => <Ago at={at} future={future} />;
  return (
    <>
      <span className="block">
        {revokedAt
          ? t.rich("revokedBy", { known: revokedBy ? "yes" : "no", by: revokedBy ?? "", when: ago(revokedAt) })
          : state === "EXPIRED"
            ? t.rich("ended", { when: ago(expiresAt) })
            : t.rich("ends", { when: ago(expiresAt, true) })}
      </span>
      <span className="block text-ink-3 text-xs">
        {lastUsedAt ? t.rich("used", { when: ago(lastUsedAt), from: lastUsedAddress || "none" }) : t("unused")}
      </span>
    </>
  );
}

function Row({ token, onAsk }: { token: Token; onAsk: (what: Asked["what"]) => void }) {
  const t = useTranslations("serviceTokens");
  const { name, prefix, state, mark, createdBy, createdAt, revokedReason } = token;
  const { icon: Icon, tone } = LOOKS[state];
  const works = state === "ACTIVE" || state === "REPLACED";
  return (
    <li className="grid gap-x-4 gap-y-1.5 border-b px-4 py-2.5 md:grid-cols-[minmax(0,1fr)_auto] md:items-center lg:grid-cols-[minmax(0,1fr)_13rem]">
      <div className="grid min-w-0 gap-x-4 gap-y-1 text-sm lg:grid-cols-[minmax(0,1fr)_minmax(0,17rem)_9rem] lg:items-start">
        <div className="min-w-0">
          <p className="min-w-0 break-words">
            <span className={cn("font-medium", works ? "" : "text-ink-2")}>{name}</span>{" "}
            <span className="font-mono text-ink-3 text-xs">{prefix}…</span>
          </p>
          <p className="text-ink-2 text-xs">
            <Narrowing token={token} />
          </p>
          <p className="text-ink-3 text-xs">
            {t.rich("issued", {
              known: createdBy ? "yes" : "no",
              by: createdBy ?? "",
              when: () => <Ago at={createdAt} />,
            })}
            {revokedReason ? ` · ${revokedReason}` : null}
          </p>
        </div>
        <div className="text-ink-2">
          <Times token={token} />
        </div>
        <div className="flex flex-col items-start gap-0.5">
          <span className={cn("inline-flex items-center gap-1.5 font-medium", tone)}>
            <Icon className="size-3.5 shrink-0" aria-hidden />
            {t(`states.${state}`)}
          </span>
          {mark ? (
            <span className="inline-flex items-start gap-1.5 text-warn text-xs">
              <TriangleAlert className="mt-0.5 size-3 shrink-0" aria-hidden />
              {t(`marks.${mark}`)}
            </span>
          ) : null}
        </div>
      </div>
      {works ? (
        <div className="flex gap-1.5 lg:justify-end">
          {state === "ACTIVE" ? (
            <Button size="sm" aria-label={t("rotateOf", { name })} onClick={() => onAsk("rotate")}>
              <RefreshCw className="size-3.5" aria-hidden />
              {t("rotate")}
            </Button>
          ) : null}
          <Button size="sm" variant="ghost" aria-label={t("revokeOf", { name })} onClick={() => onAsk("revoke")}>
            <X className="size-3.5" aria-hidden />
            {t("revoke")}
          </Button>
        </div>
      ) : null}
    </li>
  );
}

/** By what a program calls: those that work first. */
export function TokenList({ client }: { client: Client }) {
  const t = useTranslations("serviceTokens");
  const [issuing, setIssuing] = useState(false);
  const [asked, setAsked] = useState<Asked | null>(null);
  const { tokens, status } = client;
  const close = () => setAsked(null);
  return (
    <section aria-labelledby="tokens" className="min-w-0">
      <div className="flex items-center gap-2 px-4 pb-2">
        <h2 id="tokens" className="flex-1 font-semibold text-sm">
          {t("title")}
        </h2>
        {status === "ACTIVE" ? (
          <Button size="sm" onClick={() => setIssuing(true)}>
            <Plus className="size-3.5" aria-hidden />
            {t("issue")}
          </Button>
        ) : null}
      </div>
      {tokens.length === 0 ? (
        <p className="flex flex-col items-center gap-1 border-y px-4 py-6 text-center text-ink-2 text-sm">
          <KeyRound className="size-4 text-ink-3" aria-hidden />
          <span className="font-medium text-ink">{t("none")}</span>
          {t("noneNote")}
        </p>
      ) : (
        <ul aria-label={t("title")} className="border-t">
          {tokens.map((token) => (
            <Row key={token.id} token={token} onAsk={(what) => setAsked({ what, token })} />
          ))}
        </ul>
      )}
      {issuing ? <IssueDialog client={client} onClose={() => setIssuing(false)} /> : null}
      {asked?.what === "rotate" ? <RotateDialog token={asked.token} onClose={close} /> : null}
      {asked?.what === "revoke" ? <RevokeDialog token={asked.token} onClose={close} /> : null}
    </section>
  );
}
