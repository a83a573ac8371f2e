"use client";

import { LoaderCircle } from "lucide-react";
import { useLocale, useTranslations } from "next-intl";
import { useState } from "react";
import { Failure } from "#components/api/failure.tsx";
import { ApiProvider } from "#components/api/provider.tsx";
import { useTRPCClient } from "#components/api/trpc.ts";
import { useCommand } from "#components/api/use-command.ts";
import { PasswordField, useNewPassword } from "#components/identity/password-field.tsx";
import { Button } from "#components/ui/button.tsx";
import { Field, Input } from "#components/ui/field.tsx";
import type { Language } from "#server/domain/identity/rules.ts";

export interface Invitation {
  readonly tenant: string;
  readonly email: string;
  readonly name: string;
}

interface Given {
  token: string;
  name?: string;
  password?: string;
  language?: Language;
}

/** Sends what was given, and goes on into the console; hands on what went wrong otherwise. */
export function useAccept() {
  const client = useTRPCClient();
  const accept = useCommand((input: Given, options) => client.people.accept.mutate(input, options));
  const [done, setDone] = useState(false);
  const send = (input: Given) =>
    void accept.run(input).then(
      () => {
        setDone(true);
        window.location.assign("/inbox");
      },
      () => {}, // shown below the fields
    );
  return { send, busy: done || accept.isPending, error: accept.error };
}

function Fields({ token, invitation }: { token: string; invitation: Invitation }) {
  const t = useTranslations("welcome");
  const language = useLocale() as Language;
  const { send, busy, error } = useAccept();
  const chosen = useNewPassword(error);
  return (
    <form
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        const form = new FormData(event.currentTarget);
        const password = String(form.get("password"));
        if (chosen.check(password)) send({ token, language, name: String(form.get("name")).trim(), password });
      }}
    >
      <p className="-mt-4 text-ink-2">{t("lead", { email: invitation.email })}</p>
      {/* What a password manager keeps the password for. */}
      <input type="hidden" name="email" value={invitation.email} autoComplete="username" />
      <Field label={t("name")}>
        {(ids) => (
          <Input
            {...ids}
            name="name"
            defaultValue={invitation.name}
            autoComplete="name"
            maxLength={120}
            required
            className="h-10"
          />
        )}
      </Field>
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
      <Button type="submit" variant="primary" size="lg" disabled={busy}>
        {busy ? <LoaderCircle className="size-4 animate-spin" aria-hidden /> : null}
        {t("submit")}
      </Button>
    </form>
  );
}

/** Name and password of somebody new. */
export function WelcomeForm(props: { token: string; invitation: Invitation }) {
  return (
    <ApiProvider>
      <Fields {...props} />
    </ApiProvider>
  );
}
