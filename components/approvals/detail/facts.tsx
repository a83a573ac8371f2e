"use client";

import { useLocale, useTranslations } from "next-intl";
import { formatAmount, typeLabel } from "#components/approvals/amount.ts";
import type { Detail } from "#components/approvals/detail/use-approval.ts";
import { PriorityMark } from "#components/approvals/priority-mark.tsx";
import { useMe } from "#components/identity/me.tsx";
import { Moment } from "#components/ui/time.tsx";

function Fact({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <div className="flex min-w-0 flex-col gap-0.5">
      <dt className="text-ink-3 text-xs">{name}</dt>
      <dd className="truncate text-sm">{children}</dd>
    </div>
  );
}

/** What there is to know before the content itself. */
export function Facts({ approval }: { approval: Detail }) {
  const t = useTranslations("approval");
  const locale = useLocale();
  const org = useMe().org(approval.orgId);
  return (
    <dl className="grid grid-cols-2 gap-x-6 gap-y-3 sm:grid-cols-3 xl:grid-cols-4">
      {approval.amount === null ? null : (
        <Fact name={t("amount")}>
          <span className="font-semibold">{formatAmount(approval.amount, locale)}</span>
        </Fact>
      )}
      <Fact name={t("type")}>{typeLabel(approval.type)}</Fact>
      <Fact name={t("priority")}>
        <PriorityMark priority={approval.priority} word />
      </Fact>
      <Fact name={t("org")}>{org ? (org.name === org.code ? org.code : `${org.name} (${org.code})`) : t("none")}</Fact>
      <Fact name={t("requester")}>
        {approval.requester ? (
          <span title={approval.requester.email}>{approval.requester.name}</span>
        ) : (
          <span className="text-ink-3">{t("noRequester")}</span>
        )}
      </Fact>
      <Fact name={t("created")}>
        <Moment at={approval.createdAt} />
      </Fact>
      {approval.dueAt ? (
        <Fact name={t("due")}>
          <Moment at={approval.dueAt} />
        </Fact>
      ) : null}
      <Fact name={t("revision")}>{approval.revision}</Fact>
    </dl>
  );
}

const isPlain = (value: unknown) => value === null || typeof value !== "object";

function plain(value: unknown, t: (key: "yes" | "no" | "none") => string): string {
  if (value === null) return t("none");
  if (typeof value === "boolean") return t(value ? "yes" : "no");
  return String(value);
}

/** The payload by its keys; what is nested is shown as it is. */
export function Payload({ payload }: { payload: Detail["payload"] }) {
  const t = useTranslations("approval");
  return (
    <dl className="grid gap-x-10 sm:grid-cols-2">
      {Object.entries(payload).map(([key, value]) => (
        <div
          key={key}
          className="flex min-h-8 min-w-0 items-baseline justify-between gap-4 border-b border-dashed py-1.5 text-sm"
        >
          <dt className="shrink-0 text-ink-2">{typeLabel(key)}</dt>
          <dd className="min-w-0 break-words text-right">
            {isPlain(value) ? (
              plain(value, t)
            ) : (
              <code className="whitespace-pre-wrap break-all font-mono text-xs">{JSON.stringify(value, null, 1)}</code>
            )}
          </dd>
        </div>
      ))}
    </dl>
  );
}
