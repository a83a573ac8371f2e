"use client";

import { useTranslations } from "next-intl";
import { useId } from "react";
import { Refused } from "#components/api/failure.tsx";
import type { ApiError } from "#components/api/trpc.ts";
import { useTRPCClient } from "#components/api/trpc.ts";
import { useCommand } from "#components/api/use-command.ts";
import type { Client } from "#components/service-clients/use-clients.ts";
import { useClientsChanged } from "#components/service-clients/use-clients.ts";
import { Button } from "#components/ui/button.tsx";
import { Dialog } from "#components/ui/dialog.tsx";
import { Field, Input, Textarea } from "#components/ui/field.tsx";
import { toast } from "#components/ui/toast.ts";

interface Given {
  readonly code: string;
  readonly name: string;
  readonly description: string;
}

interface DialogProps {
  /** The one that is edited; without one, a new one is made. */
  client?: Client;
  onClose: () => void;
  onDone: (id: string) => void;
}

/** What a program is called, and what it is for. */
export function ClientDialog({ client, onClose, onDone }: DialogProps) {
  const t = useTranslations("serviceClients");
  const ui = useTranslations("ui");
  const formId = useId();
  const api = useTRPCClient();
  const changed = useClientsChanged();
  const save = useCommand<Given, { id: string }>(({ code, ...given }, options) =>
    client
      ? api.serviceClients.update.mutate({ id: client.id, version: client.version, ...given }, options)
      : api.serviceClients.create.mutate({ code, ...given }, options),
  );
  const submit = (form: FormData) => {
    const text = (name: string) => String(form.get(name) ?? "").trim();
    const given = { code: text("code"), name: text("name"), description: text("description") };
    void save.run(given).then(
      ({ id }) => {
        toast.success(client ? t("saved") : t("created", { name: given.name }));
        changed();
        onDone(id);
      },
      () => {}, // shown in the dialog
    );
  };
  return (
    <Dialog
      open
      onClose={onClose}
      closeLabel={ui("close")}
      title={client ? t("editTitle", { name: client.name }) : t("createTitle")}
      description={client ? undefined : t("createLead")}
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
              name="name"
              autoComplete="off"
              defaultValue={client?.name}
              maxLength={120}
              required
              autoFocus
            />
          )}
        </Field>
        {client ? null : (
          <Field label={t("code")} hint={t("codeHint")}>
            {(ids) => (
              <Input
                {...ids}
                name="code"
                autoComplete="off"
                autoCapitalize="none"
                spellCheck={false}
                pattern="[a-z0-9][a-z0-9\-]{0,62}"
                maxLength={63}
                required
              />
            )}
          </Field>
        )}
        <Field label={t("description")} hint={t("descriptionHint")}>
          {(ids) => <Textarea {...ids} name="description" defaultValue={client?.description} maxLength={500} />}
        </Field>
        <Refused error={save.error as ApiError | null} />
      </form>
      <div className="flex justify-end gap-2 border-t px-5 py-3">
        <Button onClick={onClose}>{ui("cancel")}</Button>
        <Button type="submit" form={formId} variant="primary" disabled={save.isPending}>
          {t(client ? "save" : "submitCreate")}
        </Button>
      </div>
    </Dialog>
  );
}
