"use client";

import { useMutation } from "@tanstack/react-query";
import { LoaderCircle } from "lucide-react";
import { useTranslations } from "next-intl";
import { ErrorText, Failure } from "#components/api/failure.tsx";
import type { ApiError } from "#components/api/trpc.ts";
import { useTRPCClient } from "#components/api/trpc.ts";
import { CodeField } from "#components/identity/code-field.tsx";
import { moveTo } from "#components/identity/moved.ts";
import { PasskeySignIn } from "#components/identity/passkey-sign-in.tsx";
import { Button } from "#components/ui/button.tsx";
import type { SecondFactor } from "#server/domain/identity/rules.ts";

interface SecondStepProps {
  factors: readonly SecondFactor[];
  callbackUrl: string;
  /** Back to the password: this sign-in is over. */
  onOver: (said: React.ReactNode) => void;
}

/** What is asked for after a right password of who has a second factor. */
export function SecondStep({ factors, callbackUrl, onOver }: SecondStepProps) {
  const t = useTranslations("signIn");
  const client = useTRPCClient();
  const finish = useMutation<unknown, ApiError, string>({
    retry: false, // a code is taken once, whether its answer arrives or not
    mutationFn: (code) => client.signIn.secondStep.mutate({ code }),
    onSuccess: () => moveTo(callbackUrl),
    onError: (error) => {
      if (["sign_in.over", "password.changed"].includes(error.data?.code ?? "")) onOver(<ErrorText error={error} />);
    },
  });
  const app = factors.includes("totp");
  const passkey = factors.includes("passkey");
  return (
    <div className="flex flex-col gap-4">
      <p role="status" className="text-ink-2 text-sm">
        {t("second")}
      </p>
      {passkey ? (
        <>
          <PasskeySignIn callbackUrl={callbackUrl} primary />
          <p className="text-center text-ink-3 text-xs">{t("or")}</p>
        </>
      ) : null}
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          finish.mutate(String(new FormData(event.currentTarget).get("code")).trim());
        }}
      >
        <CodeField app={app} autoFocus={!passkey} />
        <Failure error={finish.error} />
        <Button
          type="submit"
          variant={passkey ? "secondary" : "primary"}
          size="lg"
          disabled={finish.isPending || finish.isSuccess}
        >
          {finish.isPending ? <LoaderCircle className="size-4 animate-spin" aria-hidden /> : null}
          {t("submit")}
        </Button>
        <Button variant="ghost" onClick={() => onOver(null)}>
          {t("back")}
        </Button>
      </form>
    </div>
  );
}
