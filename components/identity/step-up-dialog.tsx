"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { KeyRound } from "lucide-react";
import { useTranslations } from "next-intl";
import { useId } from "react";
import { Refused } from "#components/api/failure.tsx";
import { holdLeaving } from "#components/api/leave.ts";
import type { ApiError } from "#components/api/trpc.ts";
import { useTRPCClient } from "#components/api/trpc.ts";
import { CodeField } from "#components/identity/code-field.tsx";
import { askPasskey } from "#components/identity/passkey.ts";
import { PasswordField } from "#components/identity/password-field.tsx";
import { Button } from "#components/ui/button.tsx";
import { Dialog } from "#components/ui/dialog.tsx";
import type { Proof } from "#server/domain/identity/rules.ts";

interface StepUpProps {
  proofs: readonly Proof[];
  onSettle: (proven: boolean) => void;
}

type Given = { password: string; code?: string } | "passkey";

/** Sends a proof; the session's token is another when it holds. */
function useProve(onProven: () => void) {
  const client = useTRPCClient();
  const queryClient = useQueryClient();
  return useMutation<boolean, ApiError, Given>({
    retry: false, // a code is taken once, whether its answer arrives or not
    mutationFn: async (given) => {
      const passkey = given === "passkey" ? await askPasskey(await client.sessions.stepUpOptions.mutate({})) : null;
      if (given === "passkey" && !passkey) return false;
      const release = holdLeaving();
      await client.sessions.stepUp
        .mutate(passkey ? { passkey } : (given as Exclude<Given, "passkey">))
        .finally(release);
      return true;
    },
    onSuccess: (proven) => {
      if (!proven) return;
      // What was asked with the token before, and came too late.
      void queryClient.refetchQueries({ predicate: ({ state }) => state.status === "error" });
      onProven();
    },
  });
}

/** Asks whoever sits there to prove that it is still them, before what they were about to do is done. */
export function StepUpDialog({ proofs, onSettle }: StepUpProps) {
  const t = useTranslations("stepUp");
  const ui = useTranslations("ui");
  const formId = useId();
  const prove = useProve(() => onSettle(true));
  const second = proofs.length > 1;
  return (
    <Dialog open onClose={() => onSettle(false)} closeLabel={ui("close")} title={t("title")} description={t("lead")}>
      <div className="flex flex-col gap-4 px-5 pt-2 pb-4">
        {proofs.includes("passkey") ? (
          <>
            <Button variant="primary" size="lg" disabled={prove.isPending} onClick={() => prove.mutate("passkey")}>
              <KeyRound className="size-4" aria-hidden />
              {t("passkey")}
            </Button>
            <p className="text-center text-ink-3 text-xs">{t("or")}</p>
          </>
        ) : null}
        <form
          id={formId}
          className="flex flex-col gap-4"
          onSubmit={(event) => {
            event.preventDefault();
            const form = new FormData(event.currentTarget);
            const code = String(form.get("code") ?? "").trim();
            prove.mutate({ password: String(form.get("password")), ...(code ? { code } : {}) });
          }}
        >
          <PasswordField
            label={t("password")}
            name="password"
            autoComplete="current-password"
            autoFocus={!proofs.includes("passkey")}
            tall
          />
          {second ? <CodeField app={proofs.includes("totp")} /> : null}
        </form>
        <Refused error={prove.error} />
      </div>
      <div className="flex justify-end gap-2 border-t px-5 py-3">
        <Button onClick={() => onSettle(false)}>{ui("cancel")}</Button>
        <Button
          type="submit"
          form={formId}
          variant={proofs.includes("passkey") ? "secondary" : "primary"}
          disabled={prove.isPending}
        >
          {t("submit")}
        </Button>
      </div>
    </Dialog>
  );
}
