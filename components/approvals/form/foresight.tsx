"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { CircleDashed, CircleSlash, Info, TriangleAlert } from "lucide-react";
import { useTranslations } from "next-intl";
import { ErrorText } from "#components/api/failure.tsx";
import type { ApiError } from "#components/api/trpc.ts";
import { useTRPCClient } from "#components/api/trpc.ts";
import { Section } from "#components/approvals/detail/section.tsx";
import type { Setting, Values } from "#components/approvals/form/values.ts";
import { readValues } from "#components/approvals/form/values.ts";
import { cn } from "#components/ui/cn.ts";
import { Skeleton } from "#components/ui/notice.tsx";
import { Moment } from "#components/ui/time.tsx";
import { useQuiet } from "#components/ui/use-quiet.ts";

/** What the stages depend on; null: too little of it is there. */
function asked(values: Values, setting: Setting): string {
  if (values.type.trim() === "" || values.orgId === "") return "null";
  const { amount, priority, dueAt, payload } = readValues(values, setting).content;
  const { type, orgId, requesterEmail } = values;
  return JSON.stringify({
    type: type.trim(),
    orgId,
    amount,
    priority,
    dueAt,
    payload,
    requesterEmail: requesterEmail.trim().toLowerCase() || null,
  });
}

function useForesight(values: Values, setting: Setting) {
  const client = useTRPCClient();
  const quiet = useQuiet(asked(values, setting));
  type Foreseen = Awaited<ReturnType<typeof client.approvals.foresee.mutate>>;
  return useQuery<Foreseen, ApiError>({
    queryKey: ["approvals.foresee", quiet],
    queryFn: ({ signal }) => client.approvals.foresee.mutate(JSON.parse(quiet), { signal }),
    enabled: quiet !== "null",
    placeholderData: keepPreviousData,
  });
}

type Foreseen = NonNullable<ReturnType<typeof useForesight>["data"]>;

function Stage({ stage }: { stage: Foreseen["stages"][number] }) {
  const t = useTranslations("request");
  const { name, needed, applies, unevaluated, when } = stage;
  const Icon = applies ? CircleDashed : CircleSlash;
  return (
    <li className="flex gap-2 text-sm">
      <Icon className={cn("mt-0.5 size-4 shrink-0", applies ? "text-accent" : "text-ink-3")} aria-hidden />
      <div className="min-w-0">
        <p className={applies ? undefined : "text-ink-3"}>
          <span className="font-medium">{name}</span>{" "}
          <span className={applies ? "text-ink-2" : undefined}>
            {applies ? t("needs", { needed }) : t("notNeeded")}
          </span>
        </p>
        {unevaluated ? (
          <p className="flex items-start gap-1 text-warn text-xs">
            <TriangleAlert className="mt-0.5 size-3 shrink-0" aria-hidden />
            {t("unevaluated")}
          </p>
        ) : null}
        {when ? <code className="block break-words font-mono text-ink-3 text-xs">{when}</code> : null}
      </div>
    </li>
  );
}

/** Who will have to decide what is being written, as it stands now. */
export function Foresight({ values, setting }: { values: Values; setting: Setting }) {
  const t = useTranslations("request");
  const { data, error, isPending, fetchStatus } = useForesight(values, setting);
  const looking = isPending && fetchStatus !== "idle";
  return (
    <Section title={t("next")}>
      <div aria-live="polite" className="flex flex-col gap-3">
        {looking ? <Skeleton className="w-48" /> : null}
        {!data && !looking && !error ? <p className="text-ink-3 text-sm">{t("nextLater")}</p> : null}
        {error ? (
          <p className="text-bad text-sm">
            <ErrorText error={error} />
          </p>
        ) : null}
        {data ? (
          <ol className="flex flex-col gap-2.5">
            {data.stages.map((stage, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: two stages may have the same name, and none has an id
              <Stage key={index} stage={stage} />
            ))}
          </ol>
        ) : null}
        {data?.dueAt ? (
          <p className="text-ink-2 text-sm">
            {t("dueAt")} <Moment at={data.dueAt} />
          </p>
        ) : null}
        {data?.expiresAt ? (
          <p className="text-ink-2 text-sm">
            {t("expiresAt")} <Moment at={data.expiresAt} />
          </p>
        ) : null}
      </div>
      <p className="mt-1 flex items-start gap-2 text-ink-2 text-sm">
        <Info className="mt-0.5 size-4 shrink-0 text-ink-3" aria-hidden />
        {t("notYourself")}
      </p>
    </Section>
  );
}
