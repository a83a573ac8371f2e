"use client";

import { useQuery } from "@tanstack/react-query";
import { ArrowLeft, CircleCheck, CircleSlash, History, Pencil } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Holdings } from "#components/access/holdings.tsx";
import { ConfirmDialog } from "#components/api/confirm-dialog.tsx";
import { ErrorBar, ErrorNotice } from "#components/api/error-notice.tsx";
import type { ApiError } from "#components/api/trpc.ts";
import { useTRPC, useTRPCClient } from "#components/api/trpc.ts";
import { useCommand } from "#components/api/use-command.ts";
import { AuditLink } from "#components/audit/audit-link.tsx";
import { auditQuery } from "#components/audit/view.ts";
import { useMe } from "#components/identity/me.tsx";
import { HeldRoles } from "#components/people/held-roles.tsx";
import { ClientStatusBadge } from "#components/service-clients/client-status.tsx";
import { TokenList } from "#components/service-clients/token-list.tsx";
import type { Client } from "#components/service-clients/use-clients.ts";
import { useClientsChanged } from "#components/service-clients/use-clients.ts";
import { Button, buttonClass } from "#components/ui/button.tsx";
import { lazily } from "#components/ui/first-sign.ts";
import { Skeleton } from "#components/ui/notice.tsx";
import { Moment } from "#components/ui/time.tsx";
import { toast } from "#components/ui/toast.ts";
import type { ClientStatus } from "#server/domain/service-clients/rules.ts";
import { CORE_CLIENT } from "#server/domain/service-clients/rules.ts";

const ClientDialog = lazily(() => import("#components/service-clients/client-dialog.tsx").then((m) => m.ClientDialog));

function StatusDialog({ client, onClose }: { client: Client; onClose: () => void }) {
  const t = useTranslations("serviceClients");
  const api = useTRPCClient();
  const changed = useClientsChanged();
  const disables = client.status === "ACTIVE";
  const set = useCommand<{ id: string; status: ClientStatus }, unknown>((input, options) =>
    api.serviceClients.setStatus.mutate(input, options),
  );
  const { name } = client;
  const confirm = () =>
    void set.run({ id: client.id, status: disables ? "DISABLED" : "ACTIVE" }).then(
      () => {
        toast.success(t(disables ? "disabledDone" : "enabledDone", { name }));
        changed();
        onClose();
      },
      () => {}, // shown in the dialog
    );
  return (
    <ConfirmDialog
      title={t(disables ? "disableTitle" : "enableTitle", { name })}
      note={t(disables ? "disableNote" : "enableNote")}
      confirm={t(disables ? "disable" : "enable")}
      danger={disables}
      busy={set.isPending}
      error={set.error as ApiError | null}
      onConfirm={confirm}
      onClose={onClose}
    />
  );
}

function Head({ client }: { client: Client }) {
  const t = useTranslations("serviceClients");
  const [asked, setAsked] = useState<"edit" | "status" | null>(null);
  const { name, code, status, description } = client;
  const Icon = status === "ACTIVE" ? CircleSlash : CircleCheck;
  return (
    <header className="flex flex-col border-b px-4 pt-3 pb-4">
      <Link
        href="/service-clients"
        className="inline-flex h-6 items-center gap-1 self-start text-ink-3 text-sm hover:text-ink"
      >
        <ArrowLeft className="size-3.5" aria-hidden />
        {t("title")}
      </Link>
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2 pt-1.5">
        <h1 className="min-w-0 break-words font-semibold text-xl tracking-[-0.015em]">{name}</h1>
        <span className="font-mono text-ink-3 text-sm">{code}</span>
        <ClientStatusBadge status={status} />
        <div className="ml-auto flex flex-wrap gap-2">
          <Button onClick={() => setAsked("edit")}>
            <Pencil className="size-3.5" aria-hidden />
            {t("edit")}
          </Button>
          <Button onClick={() => setAsked("status")}>
            <Icon className="size-3.5" aria-hidden />
            {t(status === "ACTIVE" ? "disable" : "enable")}
          </Button>
        </div>
      </div>
      {description ? <p className="max-w-prose pt-1 text-ink-2 text-sm">{description}</p> : null}
      {code === CORE_CLIENT ? <p className="max-w-prose pt-1 text-ink-2 text-sm">{t("builtIn")}</p> : null}
      {asked === "edit" ? (
        <ClientDialog client={client} onClose={() => setAsked(null)} onDone={() => setAsked(null)} />
      ) : null}
      {asked === "status" ? <StatusDialog client={client} onClose={() => setAsked(null)} /> : null}
    </header>
  );
}

function Loading() {
  return (
    <div aria-busy className="flex flex-col gap-4 p-4">
      <Skeleton className="h-6 w-64 max-w-full" />
      <Skeleton className="h-40 w-full" />
    </div>
  );
}

/** One program: what it holds where, and by which tokens it calls. */
export function ClientPage({ id }: { id: string }) {
  const t = useTranslations("serviceClients");
  const trpc = useTRPC();
  const { may } = useMe();
  const { data: client, error, refetch } = useQuery(trpc.serviceClients.get.queryOptions({ id }));
  if (!client) return error ? <ErrorNotice error={error} onRetry={() => void refetch()} /> : <Loading />;
  return (
    <>
      {error ? <ErrorBar error={error} onRetry={() => void refetch()} /> : null}
      <div className="min-h-0 flex-1 overflow-y-auto">
        <Head client={client} />
        <div className="flex flex-col gap-6 py-4">
          <TokenList client={client} />
          <HeldRoles person={{ ...client, clientId: id }} />
          {may("access:write") ? <Holdings whom={{ clientId: id }} name={client.name} /> : null}
          <div className="flex flex-wrap items-center gap-x-3 gap-y-1 px-4 text-ink-3 text-sm">
            <span>
              {t("since")} <Moment at={client.createdAt} />
            </span>
            <AuditLink target={id} />
            {may("audit:read") ? (
              <Link
                href={`/audit${auditQuery({ client: id })}`}
                prefetch={false}
                className={buttonClass({ variant: "ghost", size: "sm" })}
              >
                <History className="size-3.5" aria-hidden />
                {t("doneBy")}
              </Link>
            ) : null}
          </div>
        </div>
      </div>
    </>
  );
}
