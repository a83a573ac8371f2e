"use client";

import { useTranslations } from "next-intl";
import { useId, useState } from "react";
import { Refused } from "#components/api/failure.tsx";
import type { ApiError } from "#components/api/trpc.ts";
import { useTRPCClient } from "#components/api/trpc.ts";
import { useCommand } from "#components/api/use-command.ts";
import { useRoleName } from "#components/people/names.ts";
import { usePeopleChanged } from "#components/people/use-people.ts";
import type { Role } from "#components/roles/draft.ts";
import { codeFor } from "#components/roles/draft.ts";
import { Button } from "#components/ui/button.tsx";
import { Dialog } from "#components/ui/dialog.tsx";
import { Field, Input, Select, Textarea } from "#components/ui/field.tsx";
import { toast } from "#components/ui/toast.ts";
import type { Permission } from "#server/domain/access/rules.ts";

interface Words {
  readonly name: string;
  readonly description: string;
  readonly permissions: Permission[];
}
type Creation = Words & { readonly code: string };
type Renaming = Words & { readonly id: string; readonly version: number };

/** One command for each of the two things that the dialog does. */
function useSaving() {
  const client = useTRPCClient();
  const create = useCommand<Creation, unknown>((input, options) => client.access.createRole.mutate(input, options));
  const change = useCommand<Renaming, unknown>((input, options) => client.access.changeRole.mutate(input, options));
  const error = (create.error ?? change.error) as ApiError | null;
  return { create: create.run, change: change.run, isPending: create.isPending || change.isPending, error };
}

const permissionsOf = (role: Role | undefined) => (role?.permissions ?? []) as Permission[];

interface RoleDialogProps {
  roles: readonly Role[];
  /** The role that is renamed; without one, another is made. */
  renamed?: Role;
  /** What a new one begins as. */
  copied?: Role;
  onClose: () => void;
}

/** The words of a role; a new one begins empty or as a copy, and its permissions are chosen in the matrix. */
export function RoleDialog({ roles, renamed, copied, onClose }: RoleDialogProps) {
  const t = useTranslations("ownRoles");
  const ui = useTranslations("ui");
  const formId = useId();
  const roleName = useRoleName();
  const changed = usePeopleChanged();
  const { create, change, isPending, error } = useSaving();
  const [name, setName] = useState(renamed?.name ?? (copied ? t("copyOf", { role: roleName(copied.code) }) : ""));
  const [code, setCode] = useState<string | null>(null);
  const [from, setFrom] = useState(copied?.code ?? "");

  const submit = (form: FormData) => {
    const words = { name: name.trim(), description: String(form.get("description") ?? "").trim() };
    const sent = renamed
      ? change({ ...words, id: renamed.id, version: renamed.version, permissions: permissionsOf(renamed) })
      : create({
          ...words,
          code: code ?? codeFor(name),
          permissions: permissionsOf(roles.find((role) => role.code === from)),
        });
    void sent.then(
      () => {
        toast.success(t(renamed ? "renamed" : "created", { role: words.name }));
        changed();
        onClose();
      },
      () => {}, // shown in the dialog
    );
  };

  return (
    <Dialog
      open
      onClose={onClose}
      closeLabel={ui("close")}
      title={t(renamed ? "renameTitle" : "createTitle")}
      description={t(renamed ? "renameLead" : "createLead")}
    >
      <form
        id={formId}
        className="flex flex-col gap-4 px-5 pt-2 pb-4"
        onSubmit={(event) => {
          event.preventDefault();
          submit(new FormData(event.currentTarget));
        }}
      >
        <Field label={t("name")}>
          {(ids) => (
            <Input
              {...ids}
              required
              autoFocus
              maxLength={80}
              value={name}
              onChange={(event) => setName(event.target.value)}
            />
          )}
        </Field>
        {renamed ? null : (
          <>
            <Field label={t("code")} hint={t("codeHint")}>
              {(ids) => (
                <Input
                  {...ids}
                  required
                  maxLength={63}
                  pattern="[a-z0-9][a-z0-9\-]*"
                  className="font-mono"
                  value={code ?? codeFor(name)}
                  onChange={(event) => setCode(event.target.value)}
                />
              )}
            </Field>
            <Field label={t("beginsAs")}>
              {(ids) => (
                <Select {...ids} value={from} onChange={(event) => setFrom(event.target.value)}>
                  <option value="">{t("empty")}</option>
                  {roles.map((role) => (
                    <option key={role.id} value={role.code}>
                      {t("copyOf", { role: roleName(role.code) })}
                    </option>
                  ))}
                </Select>
              )}
            </Field>
          </>
        )}
        <Field label={t("description")}>
          {(ids) => (
            <Textarea
              {...ids}
              name="description"
              maxLength={500}
              defaultValue={renamed?.description ?? copied?.description}
            />
          )}
        </Field>
        <Refused error={error} />
      </form>
      <div className="flex justify-end gap-2 border-t px-5 py-3">
        <Button onClick={onClose}>{ui("cancel")}</Button>
        <Button type="submit" form={formId} variant="primary" disabled={isPending || name.trim() === ""}>
          {t(renamed ? "renameSubmit" : "create")}
        </Button>
      </div>
    </Dialog>
  );
}
