"use client";

import { History, LogOut, Pencil } from "lucide-react";
import { useTranslations } from "next-intl";
import { useQueryStates } from "nuqs";
import { useState } from "react";
import { ConfirmDialog } from "#components/api/confirm-dialog.tsx";
import { ErrorBar, ErrorNotice } from "#components/api/error-notice.tsx";
import type { ApiError } from "#components/api/trpc.ts";
import { useTRPCClient } from "#components/api/trpc.ts";
import { useCommand } from "#components/api/use-command.ts";
import { useMe } from "#components/identity/me.tsx";
import { ProfileHead } from "#components/identity/profile-tabs.tsx";
import { DeviceIcon, useDeviceName, useReason } from "#components/sessions/device.tsx";
import { RenameDialog } from "#components/sessions/rename-dialog.tsx";
import { SessionStatusBadge } from "#components/sessions/status-badge.tsx";
import type { Session } from "#components/sessions/use-sessions.ts";
import { useDevicePages, useSessionsChanged } from "#components/sessions/use-sessions.ts";
import { DEVICES_SHOWN, deviceParsers } from "#components/sessions/view.ts";
import { Button } from "#components/ui/button.tsx";
import { More } from "#components/ui/more.tsx";
import { Notice, Skeleton } from "#components/ui/notice.tsx";
import { Tabs } from "#components/ui/tabs.tsx";
import { Ago, Moment } from "#components/ui/time.tsx";
import { toast } from "#components/ui/toast.ts";

function EndDialog({ session, onClose }: { session: Session; onClose: () => void }) {
  const t = useTranslations("devices");
  const device = useDeviceName()(session);
  const client = useTRPCClient();
  const changed = useSessionsChanged();
  const revoke = useCommand<{ id: string }, { ended: number }>((input, options) =>
    client.sessions.revokeOwn.mutate(input, options),
  );
  const confirm = () =>
    void revoke.run({ id: session.id }).then(
      ({ ended }) => {
        toast.success(ended > 0 ? t("endedOne", { device }) : t("endedBefore"));
        changed();
        onClose();
      },
      () => {}, // shown in the dialog
    );
  return (
    <ConfirmDialog
      title={t("endTitle")}
      note={t("endNote", { device })}
      confirm={t("end")}
      danger
      busy={revoke.isPending}
      error={revoke.error as ApiError | null}
      onConfirm={confirm}
      onClose={onClose}
    />
  );
}

function EndOthersDialog({ others, onClose }: { others: number; onClose: () => void }) {
  const t = useTranslations("devices");
  const client = useTRPCClient();
  const changed = useSessionsChanged();
  const revoke = useCommand<Record<string, never>, { ended: number }>((input, options) =>
    client.sessions.revokeOthers.mutate(input, options),
  );
  const confirm = () =>
    void revoke.run({}).then(
      ({ ended }) => {
        toast.success(t("othersEnded", { count: ended }));
        changed();
        onClose();
      },
      () => {}, // shown in the dialog
    );
  return (
    <ConfirmDialog
      title={t("endOthersTitle")}
      note={t("endOthersNote")}
      confirm={t("endOthersConfirm", { count: others })}
      danger
      busy={revoke.isPending}
      error={revoke.error as ApiError | null}
      onConfirm={confirm}
      onClose={onClose}
    />
  );
}

function Fact({ label, children }: { label: string; children: React.ReactNode }) {
  return (
    <div className="flex flex-wrap gap-x-1.5">
      <dt className="text-ink-3">{label}</dt>
      <dd className="min-w-0 break-words">{children}</dd>
    </div>
  );
}

function Facts({ session }: { session: Session }) {
  const t = useTranslations("devices");
  const reason = useReason();
  const { address, location, openedAt, lastSeenAt, idleExpiresAt, absoluteExpiresAt, endedAt, endedReason } = session;
  const from = [address, location].filter(Boolean).join(" · ");
  return (
    <dl className="flex flex-wrap gap-x-5 gap-y-0.5 text-ink-2 text-sm">
      {from ? <Fact label={t("address")}>{from}</Fact> : null}
      <Fact label={t("opened")}>
        <Moment at={openedAt} />
      </Fact>
      <Fact label={t("lastSeen")}>
        <Ago at={lastSeenAt} />
      </Fact>
      {endedAt ? (
        <Fact label={t("ended")}>
          <Moment at={endedAt} /> · {reason(endedReason)}
        </Fact>
      ) : (
        <Fact label={t("expires")}>
          {t.rich("expiresWhen", {
            idle: () => <Ago at={idleExpiresAt} future />,
            absolute: () => <Moment at={absoluteExpiresAt} />,
          })}
        </Fact>
      )}
    </dl>
  );
}

interface RowProps {
  session: Session;
  onRename: () => void;
  onEnd: () => void;
}

function Row({ session, onRename, onEnd }: RowProps) {
  const t = useTranslations("devices");
  const device = useDeviceName()(session);
  const { browser, os, deviceType, current, status } = session;
  return (
    <li className="flex items-start gap-3 border-b px-4 py-3">
      <DeviceIcon type={deviceType} className="mt-0.5 size-5 shrink-0 text-ink-3" />
      <div className="flex min-w-0 flex-1 flex-col gap-1">
        <div className="flex flex-wrap items-center gap-x-2.5 gap-y-1">
          <h2 className="min-w-0 break-words font-medium">{device}</h2>
          {current ? (
            <span className="rounded-full border border-accent-line bg-accent-soft px-2 py-0.5 font-medium text-xs">
              {t("this")}
            </span>
          ) : null}
          {status === "ACTIVE" ? null : <SessionStatusBadge status={status} />}
        </div>
        {browser || os ? (
          <p className="break-words text-ink-3 text-sm">{[browser, os].filter(Boolean).join(" · ")}</p>
        ) : null}
        <Facts session={session} />
      </div>
      {status === "ACTIVE" ? (
        <span className="flex shrink-0 gap-1">
          <Button variant="ghost" size="sm" aria-label={t("renameOf", { device })} onClick={onRename}>
            <Pencil className="size-3.5" aria-hidden />
            <span className="max-md:sr-only">{t("rename")}</span>
          </Button>
          {current ? null : (
            <Button size="sm" aria-label={t("endOf", { device })} onClick={onEnd}>
              <LogOut className="size-3.5" aria-hidden />
              <span className="max-sm:sr-only">{t("end")}</span>
            </Button>
          )}
        </span>
      ) : null}
    </li>
  );
}

function Loading() {
  return (
    <div aria-busy className="flex flex-col">
      {[1, 2].map((row) => (
        <div key={row} className="flex h-20 flex-col justify-center gap-2 border-b px-4">
          <Skeleton className="w-56" />
          <Skeleton className="w-80 max-w-full" />
        </div>
      ))}
    </div>
  );
}

type Asked = { readonly what: "end" | "rename"; readonly session: Session } | { readonly what: "end others" };

/** Where one is signed in, and was. */
export function DevicesPage() {
  const t = useTranslations("devices");
  const { tenant } = useMe();
  const [{ show }, set] = useQueryStates(deviceParsers, { scroll: false });
  const [asked, setAsked] = useState<Asked | null>(null);
  const query = useDevicePages(show === "ended");
  const { data, error, refetch } = query;
  const items = (data?.pages.flatMap((page) => page.items) ?? []).toSorted(
    (a, b) => Number(b.current) - Number(a.current),
  );
  const others = items.filter(({ current, status }) => !current && status === "ACTIVE").length;
  const close = () => setAsked(null);
  return (
    <>
      <ProfileHead title={t("title")} lead={t("lead", { tenant: tenant.name })} />
      <div className="min-h-0 flex-1 overflow-y-auto">
        <div className="flex flex-wrap items-center gap-x-4 gap-y-2 border-b pr-4">
          <div className="flex-1">
            <Tabs label={t("shown")} names={DEVICES_SHOWN} chosen={show} onChoose={(name) => void set({ show: name })}>
              {(name) => t(`show.${name}`)}
            </Tabs>
          </div>
          {others > 0 ? (
            <Button size="sm" className="max-sm:mb-2 max-sm:ml-4" onClick={() => setAsked({ what: "end others" })}>
              <LogOut className="size-3.5" aria-hidden />
              {t("endOthers")}
            </Button>
          ) : null}
        </div>
        {error && data ? <ErrorBar error={error} onRetry={() => void refetch()} /> : null}
        {!data && error ? <ErrorNotice error={error} onRetry={() => void refetch()} /> : null}
        {data || error ? null : <Loading />}
        {data && items.length === 0 ? (
          <Notice icon={<History aria-hidden />} title={t("none")}>
            {t("noneNote")}
          </Notice>
        ) : null}
        {items.length > 0 ? (
          <ul aria-label={t("list")}>
            {items.map((session) => (
              <Row
                key={session.id}
                session={session}
                onRename={() => setAsked({ what: "rename", session })}
                onEnd={() => setAsked({ what: "end", session })}
              />
            ))}
          </ul>
        ) : null}
        <More query={query}>{t("more")}</More>
      </div>
      {asked?.what === "end" ? <EndDialog session={asked.session} onClose={close} /> : null}
      {asked?.what === "rename" ? <RenameDialog session={asked.session} onClose={close} /> : null}
      {asked?.what === "end others" ? <EndOthersDialog others={others} onClose={close} /> : null}
    </>
  );
}
