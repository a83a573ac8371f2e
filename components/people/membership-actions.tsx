"use client";

import { CircleCheck, CircleSlash, DoorOpen } from "lucide-react";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { ConfirmDialog } from "#components/api/confirm-dialog.tsx";
import type { ApiError } from "#components/api/trpc.ts";
import { useTRPCClient } from "#components/api/trpc.ts";
import { useCommand } from "#components/api/use-command.ts";
import { useMe } from "#components/identity/me.tsx";
import type { Person } from "#components/people/use-people.ts";
import { usePeopleChanged } from "#components/people/use-people.ts";
import { Button } from "#components/ui/button.tsx";
import { toast } from "#components/ui/toast.ts";
import type { MemberStatus } from "#server/domain/people/rules.ts";

interface Change {
  readonly id: string;
  readonly status: MemberStatus;
}

function StatusDialog({ person, status, onClose }: { person: Person; status: MemberStatus; onClose: () => void }) {
  const t = useTranslations("membership");
  const client = useTRPCClient();
  const changed = usePeopleChanged();
  const me = useMe();
  const set = useCommand<Change, { sessionsEnded: number }>((input, options) =>
    client.people.setStatus.mutate(input, options),
  );
  const { name, sessions, assignments } = person;
  const confirm = () =>
    void set.run({ id: person.id, status }).then(
      ({ sessionsEnded }) => {
        toast.success(t(`done.${status}`, { name }), {
          description: status === "ACTIVE" ? undefined : t("sessionsEnded", { count: sessionsEnded }),
        });
        changed();
        onClose();
      },
      () => {}, // shown in the dialog
    );
  return (
    <ConfirmDialog
      title={t(`title.${status}`, { name })}
      note={t(`note.${status}`, { name })}
      confirm={t(`confirm.${status}`)}
      danger={status !== "ACTIVE"}
      busy={set.isPending}
      error={set.error as ApiError | null}
      onConfirm={confirm}
      onClose={onClose}
    >
      {status === "ACTIVE" ? null : (
        <ul className="list-disc pl-5 text-sm">
          <li>{t("sessions", { count: sessions ?? 0 })}</li>
          {status === "ENDED" ? <li>{t("roles", { count: assignments.length })}</li> : null}
          <li>{t("invitations")}</li>
        </ul>
      )}
      {person.personId === me.person.id && status !== "ACTIVE" ? (
        <p className="rounded-lg bg-warn-soft px-3 py-2 text-sm">{t("yourself")}</p>
      ) : null}
    </ConfirmDialog>
  );
}

/** Whether somebody belongs to the tenant; for who administers the people of all of it. */
export function MembershipActions({ person }: { person: Person }) {
  const t = useTranslations("membership");
  const { mayInTenant } = useMe();
  const [asked, setAsked] = useState<MemberStatus | null>(null);
  if (!mayInTenant("people:write") || person.status === "ENDED") return null;
  const active = person.status === "ACTIVE";
  const [Icon, next] = active ? ([CircleSlash, "DISABLED"] as const) : ([CircleCheck, "ACTIVE"] as const);
  return (
    <>
      <Button onClick={() => setAsked(next)}>
        <Icon className="size-3.5" aria-hidden />
        {t(`ask.${next}`)}
      </Button>
      <Button onClick={() => setAsked("ENDED")}>
        <DoorOpen className="size-3.5" aria-hidden />
        {t("ask.ENDED")}
      </Button>
      {asked ? <StatusDialog person={person} status={asked} onClose={() => setAsked(null)} /> : null}
    </>
  );
}
