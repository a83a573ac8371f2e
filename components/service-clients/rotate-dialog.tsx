"use client";

import { useMutation } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useId, useState } from "react";
import { Refused } from "#components/api/failure.tsx";
import { withProof } from "#components/api/step-up.ts";
import type { ApiError } from "#components/api/trpc.ts";
import { useTRPCClient } from "#components/api/trpc.ts";
import { DaysField } from "#components/service-clients/days-field.tsx";
import { ShownToken } from "#components/service-clients/shown-token.tsx";
import type { Issued, Token } from "#components/service-clients/use-clients.ts";
import { useClientsChanged } from "#components/service-clients/use-clients.ts";
import { Button } from "#components/ui/button.tsx";
import { Dialog } from "#components/ui/dialog.tsx";
import { Field, Input } from "#components/ui/field.tsx";
import { OVERLAP_DAYS, OVERLAP_DAYS_MAX, TOKEN_DAYS } from "#server/domain/service-clients/rules.ts";

/** A token's successor, and how long both work. */
export function RotateDialog({ token, onClose }: { token: Token; onClose: () => void }) {
  const t = useTranslations("serviceTokens");
  const ui = useTranslations("ui");
  const formId = useId();
  const api = useTRPCClient();
  const changed = useClientsChanged();
  const [days, setDays] = useState(String(TOKEN_DAYS));
  const [overlap, setOverlap] = useState(String(OVERLAP_DAYS));
  // No key goes with it, and nothing of the answer is kept: it is a secret.
  const rotate = useMutation<Issued, ApiError, { days: number; overlapDays: number }>({
    mutationFn: (given) => withProof(() => api.serviceClients.rotateToken.mutate({ id: token.id, ...given })),
    onSuccess: changed,
    retry: false,
    gcTime: 0,
  });
  const { name } = token;
  if (rotate.data) return <ShownToken issued={rotate.data} name={name} onClose={onClose} />;
  return (
    <Dialog
      open
      onClose={onClose}
      closeLabel={ui("close")}
      title={t("rotateTitle", { name })}
      description={t("rotateLead")}
    >
      <form
        id={formId}
        className="flex flex-col gap-4 px-5 pt-2 pb-4"
        onSubmit={(event) => {
          event.preventDefault();
          rotate.mutate({ days: Number(days), overlapDays: Number(overlap) });
        }}
      >
        <DaysField value={days} onChange={setDays} />
        <Field label={t("overlap")} hint={t("overlapHint", { max: OVERLAP_DAYS_MAX })}>
          {(ids) => (
            <Input
              {...ids}
              type="number"
              inputMode="numeric"
              min={0}
              max={OVERLAP_DAYS_MAX}
              required
              value={overlap}
              onChange={(event) => setOverlap(event.target.value)}
              className="w-28"
            />
          )}
        </Field>
        <Refused error={rotate.error} />
      </form>
      <div className="flex justify-end gap-2 border-t px-5 py-3">
        <Button onClick={onClose}>{ui("cancel")}</Button>
        <Button type="submit" form={formId} variant="primary" disabled={rotate.isPending}>
          {t("submitRotate")}
        </Button>
      </div>
    </Dialog>
  );
}
