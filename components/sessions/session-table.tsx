"use client";

import { LogOut } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { DeviceIcon, useDeviceName, useReason } from "#components/sessions/device.tsx";
import { SessionStatusBadge } from "#components/sessions/status-badge.tsx";
import type { Session } from "#components/sessions/use-sessions.ts";
import { sessionQuery } from "#components/sessions/view.ts";
import { Button } from "#components/ui/button.tsx";
import { Checkbox } from "#components/ui/checkbox.tsx";
import { Ago, Moment } from "#components/ui/time.tsx";

const cell = "py-2 pr-4 align-top";

/** How it stands, and since when or until when. */
function Standing({ session }: { session: Session }) {
  const t = useTranslations("sessions");
  const reason = useReason();
  const { status, idleExpiresAt, endedAt, endedBy, endedReason } = session;
  return (
    <>
      <SessionStatusBadge status={status} />
      <span className="block text-ink-3 text-xs">
        {endedAt ? (
          <>
            <Moment at={endedAt} /> ·{" "}
            {t("ended", { by: endedReason === "revoked" && endedBy ? endedBy : "none", reason: reason(endedReason) })}
          </>
        ) : (
          t.rich("expires", { idle: () => <Ago at={idleExpiresAt} future narrow /> })
        )}
      </span>
    </>
  );
}

interface RowProps {
  session: Session;
  selected: boolean;
  /** Nothing where the reader may not end sessions. */
  onSelect: ((selected: boolean) => void) | null;
  onEnd: () => void;
}

function Row({ session, selected, onSelect, onEnd }: RowProps) {
  const t = useTranslations("sessions");
  const device = useDeviceName()(session);
  const { personId, person, email, browser, os, deviceType, address, location, openedAt, lastSeenAt, current, status } =
    session;
  const said = { person, device };
  const endable = onSelect && status === "ACTIVE";
  return (
    <tr className="border-b text-sm hover:bg-hover" data-id={session.id}>
      {onSelect ? (
        <td className="w-10 py-1.5 pl-3 align-top">
          {endable ? (
            <Checkbox
              aria-label={t("select", said)}
              checked={selected}
              onChange={({ target }) => onSelect(target.checked)}
            />
          ) : null}
        </td>
      ) : null}
      <th scope="row" className={`${cell} max-w-0 pl-2 text-left font-normal max-lg:w-full`}>
        <Link
          href={`/sessions${sessionQuery({ person: personId })}`}
          prefetch={false}
          title={t("onlyOf", { person })}
          className="block truncate font-medium underline-offset-2 hover:underline"
        >
          {person}
        </Link>
        <span className="block truncate text-ink-3 text-xs">{email}</span>
        <span className="block pt-0.5 text-ink-2 text-xs lg:hidden">
          <span className="break-words">{[device, address, location].filter(Boolean).join(" · ")}</span>
          {current ? <span className="font-medium text-accent"> · {t("thisOne")}</span> : null}
        </span>
        <span className="block pt-0.5 md:hidden">
          <span className="block text-ink-3 text-xs">
            {t("lastSeen")} <Ago at={lastSeenAt} />
          </span>
          <Standing session={session} />
        </span>
      </th>
      <td className={`${cell} hidden max-w-0 lg:table-cell`}>
        <span className="flex items-center gap-1.5">
          <DeviceIcon type={deviceType} className="size-4 shrink-0 text-ink-3" />
          <span className="truncate">{device}</span>
        </span>
        <span className="block truncate text-ink-3 text-xs">
          {current ? <span className="font-medium text-accent">{t("thisOne")} · </span> : null}
          {[browser, os].filter(Boolean).join(" · ")}
        </span>
      </td>
      <td className={`${cell} hidden max-w-0 lg:table-cell`}>
        <span className="block truncate font-mono text-xs leading-5">{address || t("noAddress")}</span>
        <span className="block truncate text-ink-3 text-xs">{location}</span>
      </td>
      <td className={`${cell} hidden whitespace-nowrap text-ink-2 xl:table-cell`}>
        <Moment at={openedAt} />
      </td>
      <td className={`${cell} hidden whitespace-nowrap text-ink-2 md:table-cell`}>
        <Ago at={lastSeenAt} />
      </td>
      <td className={`${cell} hidden md:table-cell`}>
        <Standing session={session} />
      </td>
      {onSelect ? (
        <td className="py-1.5 pr-3 text-right align-top">
          {endable ? (
            <Button variant="ghost" size="sm" aria-label={t("endOne", said)} onClick={onEnd}>
              <LogOut className="size-3.5" aria-hidden />
              <span className="max-xl:sr-only">{t("end")}</span>
            </Button>
          ) : null}
        </td>
      ) : null}
    </tr>
  );
}

interface TableProps {
  sessions: readonly Session[];
  selected: ReadonlySet<string>;
  onSelect: ((selected: ReadonlySet<string>) => void) | null;
  onEnd: (session: Session) => void;
}

const head = "h-8 pr-4 text-left font-medium";

/** The sessions, and which of them are picked. */
export function SessionTable({ sessions, selected, onSelect, onEnd }: TableProps) {
  const t = useTranslations("sessions");
  const alive = sessions.filter(({ status }) => status === "ACTIVE");
  const picked = alive.filter(({ id }) => selected.has(id)).length;
  const toggle = (id: string, on: boolean) =>
    onSelect?.(new Set(on ? [...selected, id] : [...selected].filter((other) => other !== id)));
  return (
    <table aria-label={t("list")} className="w-full lg:table-fixed">
      <thead>
        <tr className="border-b text-ink-3 text-xs">
          {onSelect ? (
            <th scope="col" className="w-10 pl-3 text-left">
              {alive.length > 0 ? (
                <Checkbox
                  aria-label={t("selectAll")}
                  checked={picked === alive.length}
                  indeterminate={picked > 0 && picked < alive.length}
                  onChange={({ target }) => onSelect(new Set(target.checked ? alive.map(({ id }) => id) : []))}
                />
              ) : (
                <span className="sr-only">{t("selection")}</span>
              )}
            </th>
          ) : null}
          <th scope="col" className={`${head} pl-2 lg:w-[18%]`}>
            {t("person")}
          </th>
          <th scope="col" className={`${head} hidden lg:table-cell`}>
            {t("device")}
          </th>
          <th scope="col" className={`${head} hidden lg:table-cell lg:w-36`}>
            {t("address")}
          </th>
          <th scope="col" className={`${head} hidden xl:table-cell xl:w-46`}>
            {t("opened")}
          </th>
          <th scope="col" className={`${head} hidden md:table-cell lg:w-32`}>
            {t("lastSeen")}
          </th>
          <th scope="col" className={`${head} hidden md:table-cell lg:w-38`}>
            {t("status")}
          </th>
          {onSelect ? (
            <th scope="col" className="w-14 xl:w-24">
              <span className="sr-only">{t("end")}</span>
            </th>
          ) : null}
        </tr>
      </thead>
      <tbody>
        {sessions.map((session) => (
          <Row
            key={session.id}
            session={session}
            selected={selected.has(session.id)}
            onSelect={onSelect ? (on) => toggle(session.id, on) : null}
            onEnd={() => onEnd(session)}
          />
        ))}
      </tbody>
    </table>
  );
}
