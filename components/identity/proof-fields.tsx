"use client";

import { useTranslations } from "next-intl";
import { Field, Input } from "#components/ui/field.tsx";

/** The password that one has. */
export function PasswordField({ autoFocus, hint }: { autoFocus?: boolean; hint?: React.ReactNode }) {
  const t = useTranslations("signIn");
  return (
    <Field label={t("password")} hint={hint}>
      {(ids) => (
        <Input
          {...ids}
          name="password"
          type="password"
          autoComplete="current-password"
          maxLength={256}
          required
          autoFocus={autoFocus}
          className="h-10"
        />
      )}
    </Field>
  );
}

/** Six digits of an authenticator app, or a recovery code; `app`: whether they have one. */
export function CodeField({ app, autoFocus }: { app: boolean; autoFocus?: boolean }) {
  const t = useTranslations("code");
  return (
    <Field label={t(app ? "label" : "recovery")} hint={t(app ? "hint" : "recoveryHint")}>
      {(ids) => (
        <Input
          {...ids}
          name="code"
          autoComplete="one-time-code"
          autoCapitalize="none"
          spellCheck={false}
          maxLength={64}
          required
          autoFocus={autoFocus}
          className="h-10 font-mono"
        />
      )}
    </Field>
  );
}
