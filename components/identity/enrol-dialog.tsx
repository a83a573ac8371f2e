"use client";

import { useTranslations } from "next-intl";
import { useId } from "react";
import { Refused } from "#components/api/failure.tsx";
import { useTRPCClient } from "#components/api/trpc.ts";
import { useCommand } from "#components/api/use-command.ts";
import type { Enrolment } from "#components/identity/use-factors.ts";
import { Button } from "#components/ui/button.tsx";
import { CopyButton } from "#components/ui/copy-button.tsx";
import { Dialog } from "#components/ui/dialog.tsx";
import { Field, Input } from "#components/ui/field.tsx";

interface EnrolProps {
  enrolment: Enrolment;
  /** With the recovery codes that came with the first factor. */
  onDone: (codes: readonly string[]) => void;
  onClose: () => void;
}

/** A secret for an authenticator app, to scan or to type, and the first code that comes back. */
export function EnrolDialog({ enrolment: { secret, qr }, onDone, onClose }: EnrolProps) {
  const t = useTranslations("totp");
  const ui = useTranslations("ui");
  const formId = useId();
  const client = useTRPCClient();
  const confirm = useCommand((input: { code: string }, options) => client.factors.confirmTotp.mutate(input, options));
  const grouped = secret.match(/.{1,4}/g)?.join(" ") ?? secret;
  return (
    <Dialog open onClose={onClose} closeLabel={ui("close")} title={t("enrolTitle")} description={t("enrolLead")}>
      <form
        id={formId}
        className="flex flex-col gap-4 px-5 pt-2 pb-4"
        onSubmit={(event) => {
          event.preventDefault();
          const code = String(new FormData(event.currentTarget).get("code")).replace(/\s/g, "");
          void confirm.run({ code }).then(
            ({ recoveryCodes }) => onDone(recoveryCodes),
            () => {}, // shown below the field
          );
        }}
      >
        <div className="flex flex-wrap items-center gap-4">
          {/* Dark on white in both themes: cameras read no other. */}
          <svg
            role="img"
            aria-label={t("qr")}
            viewBox={`0 0 ${qr.size} ${qr.size}`}
            shapeRendering="crispEdges"
            className="size-44 shrink-0 rounded-md"
          >
            <rect width={qr.size} height={qr.size} fill="#fff" />
            <path d={qr.path} fill="#000" />
          </svg>
          <div className="flex min-w-52 flex-1 flex-col gap-1 text-sm">
            <span className="text-ink-2">{t("byHand")}</span>
            <span className="flex items-start gap-1">
              <code className="select-all break-words font-mono">{grouped}</code>
              <CopyButton value={secret} label={t("copySecret")} />
            </span>
          </div>
        </div>
        <Field label={t("code")} hint={t("codeHint")}>
          {(ids) => (
            <Input
              {...ids}
              name="code"
              inputMode="numeric"
              autoComplete="one-time-code"
              maxLength={10}
              required
              autoFocus
              className="h-10 w-40 font-mono"
            />
          )}
        </Field>
        <Refused error={confirm.error} />
      </form>
      <div className="flex justify-end gap-2 border-t px-5 py-3">
        <Button onClick={onClose}>{ui("cancel")}</Button>
        <Button type="submit" form={formId} variant="primary" disabled={confirm.isPending}>
          {t("confirm")}
        </Button>
      </div>
    </Dialog>
  );
}
