"use client";

import { useQuery } from "@tanstack/react-query";
import type { inferRouterOutputs } from "@trpc/server";
import { Ban, CircleCheck, CircleX, KeyRound, Lightbulb } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";
import type { Question } from "#components/access/view.ts";
import { askQuery } from "#components/access/view.ts";
import { ErrorNotice } from "#components/api/error-notice.tsx";
import { useTRPC } from "#components/api/trpc.ts";
import { useMe } from "#components/identity/me.tsx";
import { Validity } from "#components/people/held-roles.tsx";
import { useInPlace, useRoleName } from "#components/people/names.ts";
import { buttonClass } from "#components/ui/button.tsx";
import { cn } from "#components/ui/cn.ts";
import { Skeleton } from "#components/ui/notice.tsx";
import { Moment } from "#components/ui/time.tsx";
import type { AppRouter } from "#server/api/root.ts";

type Explained = inferRouterOutputs<AppRouter>["access"]["explain"];
type Held = Explained["because"][number];

/** What the check would say now, or said at a moment, and what made it so. */
export function Answer({ question }: { question: Question }) {
  const trpc = useTRPC();
  const { data, error, refetch } = useQuery({
    ...trpc.access.explain.queryOptions(question),
    refetchOnWindowFocus: true,
  });
  if (!data)
    return error ? <ErrorNotice error={error} onRetry={() => void refetch()} /> : <Skeleton className="m-4 h-24" />;
  return <Explanation said={data} isSelf={question.personId === undefined && question.clientId === undefined} />;
}

function Explanation({ said, isSelf }: { said: Explained; isSelf: boolean }) {
  const t = useTranslations("access");
  const permissions = useTranslations("permissions");
  const inPlace = useInPlace();
  const { allowed, subject, scope, permission, barred, outside, because, against, nearest, change } = said;
  const Icon = allowed ? CircleCheck : CircleX;
  const words = { name: subject.name, what: permissions(permission), ...inPlace(scope) };
  const then = said.isPast ? "past." : "";
  const verdict = isSelf
    ? t(`${then}${allowed ? "youMay" : "youMayNot"}`, words)
    : t(`${then}${allowed ? "may" : "mayNot"}`, words);
  return (
    <section aria-live="polite" className="flex max-w-4xl flex-col gap-4 px-4 pt-2 pb-6">
      <h2 className="flex items-start gap-2.5 rounded-lg border p-4 font-semibold text-lg tracking-[-0.01em]">
        <Icon className={cn("mt-0.5 size-5 shrink-0", allowed ? "text-ok" : "text-bad")} aria-hidden />
        <span className="min-w-0 break-words">{verdict}</span>
      </h2>
      {barred ? <p className="text-sm">{t(`${then}barred.${barred}`, { name: subject.name })}</p> : null}
      {outside ? <p className="text-sm">{t("outside", inPlace(outside))}</p> : null}
      <Part title={t("against")} held={against} />
      <Part title={t("because")} held={because} />
      {because.length === 0 ? <Nearest nearest={nearest} /> : null}
      {allowed || barred ? null : (
        <Change
          change={change}
          subject={subject}
          isSelf={isSelf}
          isPast={said.isPast}
          isMissing={because.length === 0}
          ask={`/access/request${askQuery({ what: permission, where: scope.kind === "TENANT" ? null : scope.id })}`}
        />
      )}
      {said.incompleteBefore ? (
        <p className="text-sm text-warn">
          {t.rich("incomplete", { since: () => <Moment at={said.incompleteBefore ?? said.at} /> })}
        </p>
      ) : null}
      <p className="text-ink-3 text-xs">
        {t.rich(said.revision === null ? "asOfUnknown" : "asOf", {
          when: () => <Moment at={said.at} seconds />,
          revision: said.revision ?? "",
        })}
      </p>
    </section>
  );
}

/** Some grants, under what they have in common. */
export function Part({ title, held }: { title: string; held: readonly Held[] }) {
  if (held.length === 0) return null;
  return (
    <div>
      <h3 className="pb-1 font-semibold text-sm">{title}</h3>
      <ul>
        {held.map((one) => (
          <Grant key={one.id} held={one} />
        ))}
      </ul>
    </div>
  );
}

/** A role where it is held, since when and by whom it was given, and what it lacks. */
function Grant({ held, lacks }: { held: Held; lacks?: string }) {
  const t = useTranslations("access");
  const roleName = useRoleName();
  const inPlace = useInPlace();
  const isDenial = held.effect === "DENY";
  const Icon = isDenial ? Ban : KeyRound;
  return (
    <li className="flex items-start gap-3 border-b py-2">
      <Icon className={cn("mt-0.5 size-4 shrink-0", isDenial ? "text-bad" : "text-ink-3")} aria-hidden />
      <span className="min-w-0 flex-1">
        <span className="block font-medium text-sm">
          {isDenial ? <span className="text-bad">{t("denial")}: </span> : null}
          {t("roleAt", { role: roleName(held.role), ...inPlace(held.scope) })}
          {lacks ? <span className="font-normal text-warn"> {lacks}</span> : null}
        </span>
        <span className="flex flex-wrap gap-x-2 text-ink-3 text-xs">
          <Validity held={held} />
          {held.grantedBy ? <span>· {t("givenBy", { name: held.grantedBy })}</span> : null}
          {held.reason ? <span className="min-w-0 break-words">· {held.reason}</span> : null}
        </span>
      </span>
    </li>
  );
}

/** Of what does not reach: what comes nearest, and what it lacks. */
export function Nearest({ nearest }: { nearest: Explained["nearest"] }) {
  const t = useTranslations("access");
  return (
    <div>
      <h3 className="pb-1 font-semibold text-sm">{t("nearest")}</h3>
      {nearest.length === 0 ? <p className="text-ink-2 text-sm">{t("nothing")}</p> : null}
      <ul>
        {nearest.map(({ lacks, ...held }) => (
          <Grant key={held.id} held={held} lacks={t(`lacks.${lacks}`)} />
        ))}
      </ul>
    </div>
  );
}

interface ChangeProps {
  change: Explained["change"];
  subject: Explained["subject"];
  isSelf: boolean;
  isPast: boolean;
  /** Nothing reaches it yet, so that a role is needed and not only a denial less. */
  isMissing: boolean;
  /** Where it can be asked for. */
  ask: string;
}

function Change({ change, subject, isSelf, isPast, isMissing, ask }: ChangeProps) {
  const t = useTranslations("access");
  const roleName = useRoleName();
  const inPlace = useInPlace();
  const { mayInTenant } = useMe();
  const lines = change.map((part) => {
    const [role, scope] = part.do === "GRANT" ? [part.role, part.scope] : [part.grant.role, part.grant.scope];
    return t(`changes.${part.do}`, { role: roleName(role), ...inPlace(scope) });
  });
  return (
    <div className="rounded-lg border border-accent-line bg-accent-soft p-4">
      <h3 className="flex items-center gap-2 pb-1 font-semibold text-sm">
        <Lightbulb className="size-4 text-accent" aria-hidden />
        {t(isPast ? "past.change" : "change")}
      </h3>
      {change.length === 0 && isMissing ? <p className="text-sm">{t("noChange")}</p> : null}
      <ul className="flex flex-col gap-0.5 text-sm">
        {lines.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
      {lines.length > 1 ? <p className="pt-1 text-ink-2 text-xs">{t("all")}</p> : null}
      {isSelf && !isPast && change.length > 0 && change.every((part) => part.do !== "LIFT") ? (
        <Link href={ask} prefetch={false} className={buttonClass({ size: "sm" }, "mt-3")}>
          {t("ask")}
        </Link>
      ) : null}
      {isSelf || (subject.kind === "CLIENT" && !mayInTenant("clients:write")) ? null : (
        <Link
          href={`/${subject.kind === "CLIENT" ? "service-clients" : "people"}/${subject.id}`}
          prefetch={false}
          className={buttonClass({ size: "sm" }, "mt-3")}
        >
          {t("toPerson", { name: subject.name })}
        </Link>
      )}
    </div>
  );
}
