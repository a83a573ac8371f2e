"use client";

import { Minus, Plus } from "lucide-react";
import { useTranslations } from "next-intl";
import { Simulated, useSimulation } from "#components/access/simulated.tsx";
import { Refused } from "#components/api/failure.tsx";
import type { ApiError } from "#components/api/trpc.ts";
import { useTRPCClient } from "#components/api/trpc.ts";
import { useCommand } from "#components/api/use-command.ts";
import { useRoleName } from "#components/people/names.ts";
import { usePeopleChanged } from "#components/people/use-people.ts";
import type { Draft, Role } from "#components/roles/draft.ts";
import { differenceOf } from "#components/roles/draft.ts";
import { Button } from "#components/ui/button.tsx";
import { Dialog } from "#components/ui/dialog.tsx";
import { toast } from "#components/ui/toast.ts";
import type { Permission } from "#server/domain/access/rules.ts";

interface Change {
  readonly id: string;
  readonly version: number;
  readonly name: string;
  readonly description: string;
  readonly permissions: Permission[];
}

/** What the role gets and loses, by its words. */
function DifferenceOfRole({ role, draft }: { role: Role; draft: Draft }) {
  const t = useTranslations("ownRoles");
  const permissions = useTranslations("permissions");
  const { added, removed } = differenceOf(role, draft);
  const lines = [
    ...added.map((permission) => ({ permission, Icon: Plus, tone: "text-ok", said: t("added") })),
    ...removed.map((permission) => ({ permission, Icon: Minus, tone: "text-bad", said: t("removed") })),
  ];
  return (
    <ul aria-label={t("difference")} className="flex flex-col gap-1 text-sm">
      {lines.map(({ permission, Icon, tone, said }) => (
        <li key={permission} className="flex items-start gap-2">
          <Icon className={`mt-0.5 size-3.5 shrink-0 ${tone}`} strokeWidth={2.4} aria-hidden />
          <span className="min-w-0 flex-1">
            <span className="sr-only">{said} </span>
            {permissions(permission)} <span className="font-mono text-ink-3 text-xs">{permission}</span>
          </span>
        </li>
      ))}
    </ul>
  );
}

interface SaveProps {
  /** As it stands now: whatever was saved in between is compared with. */
  role: Role;
  draft: Draft;
  onClose: () => void;
  onSaved: () => void;
}

/** The difference, and who gains and loses by it: saved from here alone. */
export function SaveRoleDialog({ role, draft, onClose, onSaved }: SaveProps) {
  const t = useTranslations("ownRoles");
  const ui = useTranslations("ui");
  const roleName = useRoleName();
  const client = useTRPCClient();
  const changed = usePeopleChanged();
  const permissions = [...draft.permissions].sort() as Permission[];
  const change = { kind: "ROLE", id: role.id, permissions } as const;
  const simulation = useSimulation(change);
  const save = useCommand<Change, unknown>((input, options) => client.access.changeRole.mutate(input, options));
  const error = save.error as ApiError | null;
  const stale = error?.data?.code === "role.stale";
  const { id, version, name, description } = role;
  const submit = () =>
    void save.run({ id, version, name, description, permissions }).then(
      () => {
        toast.success(t("saved", { role: roleName(role.code) }));
        changed();
        onSaved();
      },
      () => {}, // shown in the dialog
    );
  const compare = () => {
    save.reset();
    changed();
  };
  return (
    <Dialog
      open
      onClose={onClose}
      closeLabel={ui("close")}
      title={t("saveTitle", { role: roleName(role.code) })}
      description={t("saveLead")}
      className="w-[40rem]"
    >
      <div className="flex flex-col gap-4 px-5 pt-2 pb-4">
        <DifferenceOfRole role={role} draft={draft} />
        <Simulated change={change} query={simulation} />
        <Refused error={error}>
          {stale ? (
            <Button size="sm" onClick={compare}>
              {t("compare")}
            </Button>
          ) : null}
        </Refused>
      </div>
      <div className="sticky bottom-0 flex justify-end gap-2 border-t bg-raised px-5 py-3">
        <Button onClick={onClose}>{ui("cancel")}</Button>
        <Button variant="primary" autoFocus disabled={save.isPending || stale || simulation.isLoading} onClick={submit}>
          {t("save")}
        </Button>
      </div>
    </Dialog>
  );
}
