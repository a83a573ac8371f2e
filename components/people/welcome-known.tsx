"use client";

import { LoaderCircle } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { Failure } from "#components/api/failure.tsx";
import { ApiProvider } from "#components/api/provider.tsx";
import type { Invitation } from "#components/people/welcome-form.tsx";
import { useAccept } from "#components/people/welcome-form.tsx";
import { Button, buttonClass } from "#components/ui/button.tsx";

interface KnownProps {
  token: string;
  invitation: Invitation & { readonly yours: boolean };
  signedInAs: string | null;
}

function signInFor(token: string): string {
  return `/sign-in?callbackUrl=${encodeURIComponent(`/welcome?token=${encodeURIComponent(token)}`)}`;
}

function Accept({ token, invitation, signedInAs }: KnownProps) {
  const t = useTranslations("welcome");
  const { send, busy, error } = useAccept();
  const { email, tenant, yours } = invitation;
  return (
    <div className="-mt-4 flex flex-col gap-4">
      <p className="text-ink-2">
        {t("known", { email })}{" "}
        {signedInAs === null ? null : t(yours ? "knownAccept" : "knownOther", { name: signedInAs, email })}
      </p>
      <Failure error={error} />
      {yours ? (
        <Button variant="primary" size="lg" disabled={busy} onClick={() => send({ token })}>
          {busy ? <LoaderCircle className="size-4 animate-spin" aria-hidden /> : null}
          {t("accept", { tenant })}
        </Button>
      ) : null}
      {signedInAs === null ? (
        <Link href={signInFor(token)} className={buttonClass({ variant: "primary", size: "lg" })}>
          {t("knownSignIn")}
        </Link>
      ) : null}
    </div>
  );
}

/** For somebody who has an account: signing in proves that they are it. */
export function WelcomeKnown(props: KnownProps) {
  return (
    <ApiProvider>
      <Accept {...props} />
    </ApiProvider>
  );
}

export function WelcomeGone() {
  const t = useTranslations("welcome");
  return (
    <div className="-mt-4 flex flex-col gap-4">
      <p className="text-ink-2">{t("goneNote")}</p>
      <Link href="/sign-in" className={buttonClass({ size: "lg" })}>
        {t("toSignIn")}
      </Link>
    </div>
  );
}
