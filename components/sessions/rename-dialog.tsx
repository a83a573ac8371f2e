"use client";

import { useTranslations } from "next-intl";
import { useId } from "react";
import { Refused } from "#components/api/failure.tsx";
import type { ApiError } from "#components/api/trpc.ts";
import { useTRPCClient } from "#components/api/trpc.ts";
import { useCommand } from "#components/api/use-command.ts";
import { useUsualName } from "#components/sessions/device.tsx";
import type { Session } from "#components/sessions/use-sessions.ts";
import { useSessionsChanged } from "#components/sessions/use-sessions.ts";
import { Button } from "#components/ui/button.tsx";
import { Dialog } from "#components/ui/dialog.tsx";
import { Field, Input } from "#components/ui/field.tsx";
import { toast } from "#components/ui/toast.ts";
import { DEVICE_NAME_MAX } from "#server/domain/sessions/rules.ts";

/** What its owner calls a device. */
export function RenameDialog({ session, onClose }: { session: Session; onClose: () => void }) {
  const t = useTranslations("devices");
  const ui = useTranslations("ui");
  const formId = useId();
  const usual = useUsualName()(session);
  const client = useTRPCClient();
  const changed = useSessionsChanged();
  const name = useCommand<{ id: string; name: string }, unknown>((input, options) =>
    client.sessions.name.mutate(input, options),
  );
  const submit = (form: FormData) =>
    void name.run({ id: session.id, name: String(form.get("name") ?? "") }).then(
      () => {
        toast.success(t("renamed"));
        changed();
        onClose();
      },
      () => {}, // shown in the dialog
    );
  return (
    <Dialog open onClose={onClose} closeLabel={ui("close")} title={t("renameTitle")}>
      <form
        id={formId}
        className="flex flex-col gap-4 px-5 pt-2 pb-4"
        onSubmit={(event) => {
          event.preventDefault();
          submit(new FormData(event.currentTarget));
        }}
      >
        <Field label={t("name")} hint={t("nameHint", { usual })}>
          {(ids) => (
            <Input
              {...ids}
              name="name"
              autoFocus
              autoComplete="off"
              maxLength={DEVICE_NAME_MAX}
              defaultValue={session.deviceName ?? ""}
              placeholder={usual}
            />
          )}
        </Field>
        <Refused error={name.error as ApiError | null} />
      </form>
      <div className="flex justify-end gap-2 border-t px-5 py-3">
        <Button onClick={onClose}>{ui("cancel")}</Button>
        <Button type="submit" form={formId} variant="primary" disabled={name.isPending}>
          {t("save")}
        </Button>
      </div>
    </Dialog>
  );
}
