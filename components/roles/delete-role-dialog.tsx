"use client";

import { useTranslations } from "next-intl";
import { ConfirmDialog } from "#components/api/confirm-dialog.tsx";
import type { ApiError } from "#components/api/trpc.ts";
import { useTRPCClient } from "#components/api/trpc.ts";
import { useCommand } from "#components/api/use-command.ts";
import { useRoleName } from "#components/people/names.ts";
import { usePeopleChanged } from "#components/people/use-people.ts";
import type { Role } from "#components/roles/draft.ts";
import { toast } from "#components/ui/toast.ts";

/** A role goes when nobody holds it; until then it is said how many do. */
export function DeleteRoleDialog({ role, onClose }: { role: Role; onClose: () => void }) {
  const t = useTranslations("ownRoles");
  const roleName = useRoleName();
  const client = useTRPCClient();
  const changed = usePeopleChanged();
  const remove = useCommand<{ id: string; version: number }, unknown>((input, options) =>
    client.access.deleteRole.mutate(input, options),
  );
  const said = { role: roleName(role.code), held: role.held, invited: role.invited };
  const confirm = () =>
    void remove.run({ id: role.id, version: role.version }).then(
      () => {
        toast.success(t("deleted", said));
        changed();
        onClose();
      },
      () => {}, // shown in the dialog
    );
  return (
    <ConfirmDialog
      title={t("deleteTitle", said)}
      note={t(role.held + role.invited > 0 ? "deleteInUse" : "deleteNote", said)}
      confirm={t("delete")}
      danger
      busy={remove.isPending || role.held + role.invited > 0}
      error={remove.error as ApiError | null}
      onConfirm={confirm}
      onClose={onClose}
    />
  );
}
