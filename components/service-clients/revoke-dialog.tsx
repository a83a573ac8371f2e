"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import { ConfirmDialog } from "#components/api/confirm-dialog.tsx";
import type { ApiError } from "#components/api/trpc.ts";
import { useTRPCClient } from "#components/api/trpc.ts";
import { useCommand } from "#components/api/use-command.ts";
import type { Token } from "#components/service-clients/use-clients.ts";
import { useClientsChanged } from "#components/service-clients/use-clients.ts";
import { Field, Textarea } from "#components/ui/field.tsx";
import { toast } from "#components/ui/toast.ts";

/** Ends a token for good. */
export function RevokeDialog({ token, onClose }: { token: Token; onClose: () => void }) {
  const t = useTranslations("serviceTokens");
  const api = useTRPCClient();
  const changed = useClientsChanged();
  const [reason, setReason] = useState("");
  const { id, name } = token;
  const revoke = useCommand<{ id: string; reason?: string }, unknown>((input, options) =>
    api.serviceClients.revokeToken.mutate(input, options),
  );
  const confirm = () =>
    void revoke.run({ id, ...(reason.trim() ? { reason: reason.trim() } : {}) }).then(
      () => {
        toast.success(t("revoked", { name }));
        changed();
        onClose();
      },
      () => {}, // shown in the dialog
    );
  return (
    <ConfirmDialog
      title={t("revokeTitle", { name })}
      note={t("revokeNote")}
      confirm={t("revoke")}
      danger
      busy={revoke.isPending}
      error={revoke.error as ApiError | null}
      onConfirm={confirm}
      onClose={onClose}
    >
      <Field label={t("reason")} hint={t("reasonHint")}>
        {(ids) => (
          <Textarea {...ids} value={reason} onChange={(event) => setReason(event.target.value)} maxLength={500} />
        )}
      </Field>
    </ConfirmDialog>
  );
}
