"use client";

import { useMutation } from "@tanstack/react-query";
import { KeyRound } from "lucide-react";
import { useTranslations } from "next-intl";
import { Failure } from "#components/api/failure.tsx";
import type { ApiError } from "#components/api/trpc.ts";
import { useTRPCClient } from "#components/api/trpc.ts";
import { moveTo } from "#components/identity/moved.ts";
import { askPasskey, usePasskeys } from "#components/identity/passkey.ts";
import { Button } from "#components/ui/button.tsx";

interface PasskeySignInProps {
  callbackUrl: string;
  /** Where it is what is asked for, and not beside a form. */
  primary?: boolean;
}

/** Signs in with a passkey of this site, whosever it is; where the browser knows none, nothing shows. */
export function PasskeySignIn({ callbackUrl, primary }: PasskeySignInProps) {
  const t = useTranslations("signIn");
  const client = useTRPCClient();
  const enter = useMutation<"in" | "none", ApiError, void>({
    retry: false, // a challenge is answered once
    mutationFn: async () => {
      const passkey = await askPasskey(await client.signIn.passkeyOptions.mutate({}));
      if (!passkey) return "none";
      await client.signIn.passkey.mutate({ passkey });
      return "in";
    },
    onSuccess: (came) => {
      if (came === "in") moveTo(callbackUrl);
    },
  });
  if (!usePasskeys()) return null;
  return (
    <div className="flex flex-col gap-3">
      <Button
        variant={primary ? "primary" : "secondary"}
        size="lg"
        autoFocus={primary}
        disabled={enter.isPending || enter.data === "in"}
        onClick={() => enter.mutate()}
      >
        <KeyRound className="size-4" aria-hidden />
        {t("passkey")}
      </Button>
      <Failure error={enter.error} said={enter.data === "none" ? t("noPasskey") : null} />
    </div>
  );
}
