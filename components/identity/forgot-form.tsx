"use client";

import { LoaderCircle } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Failure } from "#components/api/failure.tsx";
import type { Action } from "#components/api/use-action.ts";
import { useAction } from "#components/api/use-action.ts";
import { EmailField } from "#components/identity/email-field.tsx";
import { Button, buttonClass } from "#components/ui/button.tsx";
import { RESET_MINUTES } from "#server/domain/identity/rules.ts";

/** Asks for a link by mail. What is said afterwards is the same for every address. */
export function ForgotForm({ action }: { action: Action<{ email: string }, unknown> }) {
  const t = useTranslations("forgotPassword");
  const ask = useAction(action);
  const [asked, setAsked] = useState<string | null>(null);
  if (asked !== null)
    return (
      <div className="flex flex-col gap-4">
        <p ref={(said) => said?.focus()} tabIndex={-1} role="status" className="outline-none">
          {t("asked", { email: asked, minutes: RESET_MINUTES })}
        </p>
        <p className="text-ink-2 text-sm">{t("askedNote")}</p>
        <Link href="/sign-in" className={buttonClass({ size: "lg" })}>
          {t("toSignIn")}
        </Link>
      </div>
    );
  return (
    <form
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        const email = String(new FormData(event.currentTarget).get("email")).trim();
        void ask.run({ email }).then((answer) => answer && setAsked(email));
      }}
    >
      <EmailField label={t("email")} />
      <Failure error={ask.error} />
      <Button type="submit" variant="primary" size="lg" disabled={ask.isPending}>
        {ask.isPending ? <LoaderCircle className="size-4 animate-spin" aria-hidden /> : null}
        {t("submit")}
      </Button>
      <Link href="/sign-in" className={buttonClass({ variant: "ghost", size: "lg" })}>
        {t("toSignIn")}
      </Link>
    </form>
  );
}
