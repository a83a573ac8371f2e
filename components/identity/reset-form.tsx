"use client";

import { LoaderCircle } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { Failure } from "#components/api/failure.tsx";
import { ApiProvider } from "#components/api/provider.tsx";
import { useTRPCClient } from "#components/api/trpc.ts";
import { useCommand } from "#components/api/use-command.ts";
import { PasswordField, useNewPassword } from "#components/identity/password-field.tsx";
import { Button, buttonClass } from "#components/ui/button.tsx";

interface ResetProps {
  token: string;
  email: string;
}

function Fields({ token, email }: ResetProps) {
  const t = useTranslations("resetPassword");
  const client = useTRPCClient();
  const reset = useCommand((input: { token: string; password: string }, options) =>
    client.password.reset.mutate(input, options),
  );
  const chosen = useNewPassword(reset.error);
  if (reset.data)
    return (
      <div className="flex flex-col gap-4">
        <p ref={(said) => said?.focus()} tabIndex={-1} role="status" className="outline-none">
          {t("done")}
        </p>
        <Link href="/sign-in" className={buttonClass({ variant: "primary", size: "lg" })}>
          {t("toSignIn")}
        </Link>
      </div>
    );
  return (
    <form
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        const password = String(new FormData(event.currentTarget).get("password"));
        if (chosen.check(password)) void reset.run({ token, password }).catch(() => {}); // shown with the field
      }}
    >
      {/* What a password manager keeps the password for. */}
      <input type="hidden" name="email" value={email} autoComplete="username" />
      <PasswordField
        label={t("password")}
        name="password"
        autoComplete="new-password"
        hint={chosen.hint}
        error={chosen.beside}
        autoFocus
        tall
      />
      <Failure error={chosen.below} />
      <Button type="submit" variant="primary" size="lg" disabled={reset.isPending}>
        {reset.isPending ? <LoaderCircle className="size-4 animate-spin" aria-hidden /> : null}
        {t("submit")}
      </Button>
    </form>
  );
}

/** A new password, by the link of a mail. */
export function ResetForm(props: ResetProps) {
  return (
    <ApiProvider>
      <Fields {...props} />
    </ApiProvider>
  );
}
