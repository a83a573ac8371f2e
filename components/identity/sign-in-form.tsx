"use client";

import { LoaderCircle } from "lucide-react";
import { signIn } from "next-auth/react";
import { useTranslations } from "next-intl";
import { useEffect, useState } from "react";
import { Failure } from "#components/api/failure.tsx";
import { ApiProvider } from "#components/api/provider.tsx";
import { EmailField } from "#components/identity/email-field.tsx";
import { moveTo, useFollowMoves } from "#components/identity/moved.ts";
import { PasskeySignIn } from "#components/identity/passkey-sign-in.tsx";
import { PasswordField } from "#components/identity/password-field.tsx";
import { SecondStep } from "#components/identity/second-step.tsx";
import { Button } from "#components/ui/button.tsx";
import type { SecondFactor } from "#server/domain/identity/rules.ts";
import { SECOND_FACTORS } from "#server/domain/identity/rules.ts";

type Failed =
  | { kind: "wrong" }
  | { kind: "offline" }
  | { kind: "wait"; seconds: number }
  | { kind: "over"; said: React.ReactNode };

function failureOf(error: string): Failed {
  const wait = /^wait:(\d+)$/.exec(error);
  return wait ? { kind: "wait", seconds: Number(wait[1]) } : { kind: "wrong" };
}

/** What is asked for beside a password that was right. */
function secondOf(error: string | null | undefined): SecondFactor[] | null {
  const asked = /^second:(.+)$/.exec(error ?? "")?.[1]?.split(",");
  return asked ? SECOND_FACTORS.filter((factor) => asked.includes(factor)) : null;
}

/** Counts a wait down to nothing, so that the button comes back when it would work again. */
function useCountdown(failure: Failed | null, onOver: () => void) {
  const seconds = failure?.kind === "wait" ? failure.seconds : 0;
  const [left, setLeft] = useState(seconds);
  useEffect(() => {
    setLeft(seconds);
    if (seconds === 0) return;
    const until = Date.now() + seconds * 1000;
    const timer = setInterval(() => {
      const rest = Math.ceil((until - Date.now()) / 1000);
      setLeft(rest);
      if (rest <= 0) onOver();
    }, 250);
    return () => clearInterval(timer);
  }, [seconds, onOver]);
  return left;
}

function Form({ callbackUrl }: { callbackUrl: string }) {
  const t = useTranslations("signIn");
  const [failure, setFailure] = useState<Failed | null>(null);
  const [second, setSecond] = useState<SecondFactor[] | null>(null);
  const [sending, setSending] = useState(false);
  const [capsLock, setCapsLock] = useState(false);
  const [forgetWait] = useState(() => () => setFailure(null));
  const left = useCountdown(failure, forgetWait);
  // Who signed in in another tab need not do so again in this one.
  useFollowMoves(callbackUrl);

  async function submit(form: FormData) {
    setSending(true);
    setFailure(null);
    const credentials = { email: String(form.get("email")).trim(), password: String(form.get("password")) };
    const answer = await signIn("credentials", { ...credentials, redirect: false }).catch(() => undefined);
    if (answer?.ok && !answer.error) return moveTo(callbackUrl);
    const asked = secondOf(answer?.error);
    if (asked) setSecond(asked);
    else setFailure(answer?.error ? failureOf(answer.error) : { kind: "offline" });
    setSending(false);
  }

  if (second)
    return (
      <SecondStep
        factors={second}
        callbackUrl={callbackUrl}
        onOver={(said) => {
          setSecond(null);
          setFailure(said === null ? null : { kind: "over", said });
        }}
      />
    );
  const said =
    failure?.kind === "over"
      ? failure.said
      : failure && (failure.kind === "wait" ? t("wait", { seconds: left }) : t(failure.kind));
  return (
    <div className="flex flex-col gap-4">
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          void submit(new FormData(event.currentTarget));
        }}
        onKeyUp={(event) => setCapsLock(event.getModifierState?.("CapsLock") ?? false)}
      >
        <EmailField label={t("email")} />
        <PasswordField
          label={t("password")}
          name="password"
          autoComplete="current-password"
          hint={capsLock ? t("capsLock") : undefined}
          tall
        />
        <Failure said={said} />
        <Button type="submit" variant="primary" size="lg" disabled={sending || failure?.kind === "wait"}>
          {sending ? <LoaderCircle className="size-4 animate-spin" aria-hidden /> : null}
          {t("submit")}
        </Button>
      </form>
      <PasskeySignIn callbackUrl={callbackUrl} />
    </div>
  );
}

export function SignInForm(props: { callbackUrl: string }) {
  return (
    <ApiProvider>
      <Form {...props} />
    </ApiProvider>
  );
}
