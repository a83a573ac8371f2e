"use client";

import { useTranslations } from "next-intl";
import { Field, Input } from "#components/ui/field.tsx";

interface CodeFieldProps {
  /** Whether they have an authenticator app; else only recovery codes are left to type. */
  app: boolean;
  autoFocus?: boolean;
}

/** Six digits of an authenticator app, or a recovery code. */
export function CodeField({ app, autoFocus }: CodeFieldProps) {
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
