"use client";

import { ArrowUpRight } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { Nearest, Part } from "#components/access/answer.tsx";
import { accessQuery, whomIn, whomOf } from "#components/access/view.ts";
import { ErrorNotice } from "#components/api/error-notice.tsx";
import { Fact, Id, linkClass } from "#components/audit/entry.tsx";
import { OutcomeMark, useAskedName, useWho } from "#components/governance/names.tsx";
import type { GovernedDetail } from "#components/governance/use-governance.ts";
import { useGovernedEntry } from "#components/governance/use-governance.ts";
import { useMe } from "#components/identity/me.tsx";
import { usePlaceName } from "#components/people/names.ts";
import { buttonClass } from "#components/ui/button.tsx";
import { Skeleton } from "#components/ui/notice.tsx";
import { Moment } from "#components/ui/time.tsx";
import { PERMISSIONS } from "#server/domain/access/rules.ts";

function Who({ by }: Pick<GovernedDetail, "by">) {
  const name = useWho()(by);
  const seesPrograms = useMe().mayInTenant("clients:write");
  if (by.kind === "SYSTEM" || by.id === null || (by.kind === "CLIENT" && !seesPrograms)) return name;
  return (
    <Link
      href={`/${by.kind === "CLIENT" ? "service-clients" : "people"}/${by.id}`}
      prefetch={false}
      className={`${linkClass} inline-flex min-h-6 items-center gap-1`}
    >
      {name}
      <ArrowUpRight className="size-3.5 shrink-0" aria-hidden />
    </Link>
  );
}

/** To the same question, as it was answered then. */
function WhyLink({ entry: { by, permission, scope, at } }: { entry: GovernedDetail }) {
  const t = useTranslations("governance");
  const me = useMe();
  const what = PERMISSIONS.find((known) => known === permission);
  if (!what || by.kind === "SYSTEM" || by.id === null || !me.may("access:write")) return null;
  return (
    <Link
      href={`/access${accessQuery({ ...whomIn(whomOf({ kind: by.kind, id: by.id })), what, where: scope?.id ?? null, at })}`}
      prefetch={false}
      className={buttonClass({ size: "sm" }, "self-start")}
    >
      {t("toAccess")}
    </Link>
  );
}

function Why({ entry }: { entry: GovernedDetail }) {
  const t = useTranslations("governance");
  const { reason, anyOf, narrowedBy, because, against, nearest, reduced } = entry.explanation;
  const lacking = entry.outcome === "DENY" && because.length === 0 && reason !== "PROGRAM" && !reduced;
  const asked = useAskedName();
  const words = anyOf.map((permission) => asked({ permission, operation: permission })).join(", ");
  return (
    <section className="flex flex-col gap-3">
      <h3 className="font-semibold text-sm">{t("why")}</h3>
      {reason === "GRANTS" ? null : <p className="text-sm">{t(`reasons.${reason}`)}</p>}
      {narrowedBy ? <p className="text-sm">{t("narrowedBy")}</p> : null}
      {reduced ? <p className="text-sm">{t("reduced")}</p> : null}
      {anyOf.length > 1 ? <p className="text-ink-2 text-sm">{t("anyOf", { what: words })}</p> : null}
      <Part title={t("against")} held={against} />
      <Part title={t("because")} held={because} />
      {lacking ? <Nearest nearest={nearest} /> : null}
      <WhyLink entry={entry} />
    </section>
  );
}

function Loaded({ entry }: { entry: GovernedDetail }) {
  const t = useTranslations("governance");
  const audit = useTranslations("audit");
  const placeName = usePlaceName();
  const { count, firstAt, at, scope, operation, permission, revision, address, sessionId, tokenId, requestId } = entry;
  return (
    <div className="flex flex-col gap-5">
      <dl className="flex flex-col">
        <Fact name={t("outcome")}>
          <OutcomeMark of={entry.outcome} />
        </Fact>
        <Fact name={t("who")}>
          <Who by={entry.by} />
        </Fact>
        <Fact name={t("when")}>
          <Moment at={at} seconds />
          {count > 1 ? (
            <span className="block text-ink-2 text-xs">
              {t.rich("timesSince", { count, when: () => <Moment at={firstAt} seconds /> })}
            </span>
          ) : null}
        </Fact>
        <Fact name={t("operation")}>
          <code className="font-mono text-xs">{operation}</code>
        </Fact>
        <Fact name={t("permission")}>
          {permission ? <code className="font-mono text-xs">{permission}</code> : t("noPermission")}
        </Fact>
        <Fact name={t("where")}>{scope ? placeName(scope) : t("nowhere")}</Fact>
        <Fact name={t("revision")}>{revision}</Fact>
        {address ? <Fact name={audit("address")}>{address}</Fact> : null}
        {sessionId ? (
          <Fact name={audit("session")}>
            <Id value={sessionId} by={{ target: sessionId }} label={audit("allOfSession")} />
          </Fact>
        ) : null}
        {tokenId ? (
          <Fact name={audit("token")}>
            <Id value={tokenId} by={{ target: tokenId }} label={audit("allOfToken")} />
          </Fact>
        ) : null}
        <Fact name={audit("request")}>
          <Id value={requestId} by={{ request: requestId }} label={audit("allOfRequest")} />
        </Fact>
      </dl>
      <Why entry={entry} />
    </div>
  );
}

/** What was asked for, as a heading. */
export function GovernedTitle({ id }: { id: string }) {
  const t = useTranslations("governance");
  const { data } = useGovernedEntry(id);
  const asked = useAskedName();
  return data ? asked(data) : t("one");
}

/** One entry, with why it was answered so. */
export function GovernedEntry({ id }: { id: string }) {
  const { data, error, refetch } = useGovernedEntry(id);
  if (data) return <Loaded entry={data} />;
  if (error) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  return (
    <div aria-busy className="flex flex-col gap-3 py-2">
      {[64, 48, 72, 40].map((width) => (
        <Skeleton key={width} className={width > 50 ? "w-72" : "w-48"} />
      ))}
    </div>
  );
}
