"use client";

import { useFormatter, useLocale, useTranslations } from "next-intl";
import { formatAmount, typeLabel } from "#components/approvals/amount.ts";
import { SafeLink } from "#components/approvals/detail/attachments.tsx";
import type { Detail } from "#components/approvals/detail/use-approval.ts";
import { PriorityMark } from "#components/approvals/priority-mark.tsx";
import { useMe } from "#components/identity/me.tsx";
import { Moment, useClock } from "#components/ui/time.tsx";
import type { Property } from "#server/domain/payload-schemas/rules.ts";

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
  const open = approval.state === "PENDING" || approval.state === "CHANGES_REQUESTED";
  const late = useClock().getTime() > Date.parse(approval.dueAt ?? "9999-12-31") && open;
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
          {late ? <span className="ml-1.5 font-medium text-bad text-xs">{t("late")}</span> : null}
        </Fact>
      ) : null}
      {approval.expiresAt ? (
        <Fact name={t(approval.state === "EXPIRED" ? "expired" : "expires")}>
          <Moment at={approval.expiresAt} />
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

/** The fields that were asked for in their order, then whatever came besides. */
function inOrder(payload: Detail["payload"], schema: Detail["payloadSchema"]) {
  const asked = Object.keys(schema?.properties ?? {}).filter((name) => Object.hasOwn(payload, name));
  const others = Object.keys(payload).filter((name) => !asked.includes(name));
  return [...asked, ...others].map((name) => {
    const property = schema && Object.hasOwn(schema.properties, name) ? schema.properties[name] : undefined;
    return { name, value: payload[name], property };
  });
}

/** A value as its kind is read; what is nested is shown as it is. */
function Value({ value, property }: { value: unknown; property: Property | undefined }) {
  const t = useTranslations("approval");
  const format = useFormatter();
  if (property?.format === "uri" && typeof value === "string") return <SafeLink url={value} />;
  if (property?.format === "date" && typeof value === "string" && !Number.isNaN(Date.parse(value)))
    return <time dateTime={value}>{format.dateTime(new Date(value), { dateStyle: "medium", timeZone: "UTC" })}</time>;
  if (Array.isArray(value) && value.length > 0 && value.every(isPlain)) return value.map((v) => plain(v, t)).join(", ");
  if (isPlain(value)) return plain(value, t);
  return <code className="whitespace-pre-wrap break-all font-mono text-xs">{JSON.stringify(value, null, 1)}</code>;
}

/** The payload by its fields, in the words of whoever asked for them. */
export function Payload({ payload, schema }: { payload: Detail["payload"]; schema: Detail["payloadSchema"] }) {
  return (
    <dl className="grid gap-x-10 sm:grid-cols-2">
      {inOrder(payload, schema).map(({ name, value, property }) => (
        <div
          key={name}
          className="flex min-h-8 min-w-0 items-baseline justify-between gap-4 border-b border-dashed py-1.5 text-sm"
        >
          <dt className="min-w-0 max-w-1/2 shrink-0 break-words text-ink-2">{property?.title ?? typeLabel(name)}</dt>
          <dd className="min-w-0 whitespace-pre-wrap break-words text-right">
            <Value value={value} property={property} />
          </dd>
        </div>
      ))}
    </dl>
  );
}
