"use client";

import { LoaderCircle } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { Failure } from "#components/api/failure.tsx";
import { ApiProvider } from "#components/api/provider.tsx";
import { useTRPCClient } from "#components/api/trpc.ts";
import { useCommand } from "#components/api/use-command.ts";
import { Button, buttonClass } from "#components/ui/button.tsx";
import { Moment } from "#components/ui/time.tsx";

interface NotMeProps {
  token: string;
  session: {
    readonly browser: string;
    readonly os: string;
    readonly address: string;
    readonly createdAt: string;
  } | null;
}

function Facts({ session }: { session: NonNullable<NotMeProps["session"]> }) {
  const t = useTranslations("notMe");
  const { browser, os, address, createdAt } = session;
  const rows = [
    [t("browser"), browser || t("unknown")],
    [t("system"), os || t("unknown")],
    [t("address"), address || t("unknown")],
    [t("time"), <Moment key="time" at={createdAt} />],
  ] as const;
  return (
    <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1.5 rounded-md border bg-surface px-3 py-2.5 text-sm">
      {rows.map(([name, value]) => (
        <div key={name} className="contents">
          <dt className="text-ink-2">{name}</dt>
          <dd className="min-w-0 break-words">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function Confirm({ token, session }: NotMeProps) {
  const t = useTranslations("notMe");
  const client = useTRPCClient();
  const report = useCommand((input: { token: string }, options) => client.password.notMe.mutate(input, options));
  if (report.data)
    return (
      <div className="flex flex-col gap-4">
        <p ref={(said) => said?.focus()} tabIndex={-1} role="status" className="outline-none">
          {t("done", { ended: report.data.ended })}
        </p>
        <Link href="/forgot-password" className={buttonClass({ variant: "primary", size: "lg" })}>
          {t("next")}
        </Link>
      </div>
    );
  return (
    <div className="flex flex-col gap-4">
      {session ? <Facts session={session} /> : null}
      <p className="text-ink-2 text-sm">{t("what")}</p>
      <Failure error={report.error} />
      <Button
        variant="danger"
        size="lg"
        disabled={report.isPending}
        onClick={() => void report.run({ token }).catch(() => {})} // shown above
      >
        {report.isPending ? <LoaderCircle className="size-4 animate-spin" aria-hidden /> : null}
        {t("submit")}
      </Button>
    </div>
  );
}

/** The way back from a sign-in that was somebody else's: asked once more, never done by a link alone. */
export function NotMeForm(props: NotMeProps) {
  return (
    <ApiProvider>
      <Confirm {...props} />
    </ApiProvider>
  );
}
