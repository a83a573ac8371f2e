"use client";

import { Eye, EyeOff } from "lucide-react";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { ErrorText } from "#components/api/failure.tsx";
import type { ApiError } from "#components/api/trpc.ts";
import { cn } from "#components/ui/cn.ts";
import { Field, Input } from "#components/ui/field.tsx";
import { lengthFlaw } from "#server/domain/identity/rules.ts";

interface PasswordFieldProps {
  label: string;
  name: string;
  autoComplete: "current-password" | "new-password";
  hint?: string | undefined;
  error?: React.ReactNode;
  autoFocus?: boolean;
  /** As tall as the fields of the pages before one is signed in. */
  tall?: boolean;
}

/** A password that its owner may look at while they write it. Pasting and password managers are welcome. */
export function PasswordField({ label, name, autoComplete, hint, error, autoFocus, tall }: PasswordFieldProps) {
  const t = useTranslations("passwordField");
  const [shown, setShown] = useState(false);
  const Icon = shown ? EyeOff : Eye;
  return (
    <Field label={label} hint={hint} error={error ?? undefined}>
      {(ids) => (
        <div className="relative">
          <Input
            {...ids}
            name={name}
            type={shown ? "text" : "password"}
            autoComplete={autoComplete}
            autoCapitalize="none"
            spellCheck={false}
            required
            autoFocus={autoFocus}
            className={cn("pr-9", tall && "h-10")}
          />
          <button
            type="button"
            aria-label={t("show")}
            aria-pressed={shown}
            onClick={() => setShown(!shown)}
            className="absolute inset-y-0 right-0 flex w-9 items-center justify-center rounded-md text-ink-3 hover:text-ink focus-visible:-outline-offset-2"
          >
            <Icon className="size-4" aria-hidden />
          </button>
        </div>
      )}
    </Field>
  );
}

/** What a refusal says of the new password itself; anything else is about the form as a whole. */
const OF_THE_PASSWORD = ["password.common", "password.personal", "password.unchanged"];

/** Why a chosen password will not do: by its length, before it is sent; by what the server knows of it, after. */
export function useNewPassword(error: ApiError | null) {
  const t = useTranslations("passwordField");
  const [flaw, setFlaw] = useState<"short" | "long" | null>(null);
  const refused = error !== null && OF_THE_PASSWORD.includes(error.data?.code ?? "");
  return {
    check: (password: string): boolean => {
      const found = lengthFlaw(password);
      setFlaw(found);
      return found === null;
    },
    /** Beside the field. */
    beside: flaw ? t(flaw) : refused ? <ErrorText error={error} /> : null,
    /** Below the fields. */
    below: error && !refused && !flaw ? error : null,
    hint: t("hint"),
  };
}
