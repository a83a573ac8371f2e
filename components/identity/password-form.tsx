"use client";

import { useTranslations } from "next-intl";
import { useRef } from "react";
import { ErrorText, Failure } from "#components/api/failure.tsx";
import { useTRPCClient } from "#components/api/trpc.ts";
import { useCommand } from "#components/api/use-command.ts";
import { PasswordField, useNewPassword } from "#components/identity/password-field.tsx";
import { Button } from "#components/ui/button.tsx";
import { CheckField } from "#components/ui/checkbox.tsx";
import { toast } from "#components/ui/toast.ts";

interface Change {
  current: string;
  password: string;
  elsewhere: boolean;
}

/** One's own password, changed by whoever knows the one of now. */
export function PasswordForm({ email }: { email: string }) {
  const t = useTranslations("changePassword");
  const client = useTRPCClient();
  const form = useRef<HTMLFormElement>(null);
  const change = useCommand((input: Change, options) => client.password.change.mutate(input, options));
  const chosen = useNewPassword(change.error);
  const wrong = change.error?.data?.code === "password.wrong";
  const submit = (given: FormData) => {
    const text = (name: string) => String(given.get(name) ?? "");
    if (!chosen.check(text("password"))) return;
    const input = { current: text("current"), password: text("password"), elsewhere: given.has("elsewhere") };
    void change.run(input).then(
      ({ ended }) => {
        form.current?.reset();
        toast.success(t("changed", { ended }));
      },
      () => {}, // shown beside the field that it is about
    );
  };
  return (
    <section aria-labelledby="password-heading" className="flex flex-col gap-4 p-4 *:max-w-md">
      <div>
        <h2 id="password-heading" className="font-semibold text-base">
          {t("heading")}
        </h2>
        <p className="text-ink-2 text-sm">{t("lead")}</p>
      </div>
      <form
        ref={form}
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          submit(new FormData(event.currentTarget));
        }}
      >
        {/* What a password manager keeps the password for. */}
        <input type="hidden" name="email" value={email} autoComplete="username" />
        <PasswordField
          label={t("current")}
          name="current"
          autoComplete="current-password"
          error={wrong && change.error ? <ErrorText error={change.error} /> : null}
        />
        <PasswordField
          label={t("new")}
          name="password"
          autoComplete="new-password"
          hint={chosen.hint}
          error={chosen.beside}
        />
        <CheckField name="elsewhere" defaultChecked className="-ml-1.5">
          {t("elsewhere")}
        </CheckField>
        <Failure error={wrong ? null : chosen.below} />
        <Button type="submit" variant="primary" className="self-start" disabled={change.isPending}>
          {t("submit")}
        </Button>
      </form>
    </section>
  );
}
