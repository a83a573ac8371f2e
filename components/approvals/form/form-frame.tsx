"use client";

import { ArrowLeft, History, LoaderCircle, TriangleAlert } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { ErrorText } from "#components/api/failure.tsx";
import type { ApiError } from "#components/api/trpc.ts";
import { Button, buttonClass } from "#components/ui/button.tsx";
import { Ago } from "#components/ui/time.tsx";

interface FrameProps {
  back: { readonly href: string; readonly label: string };
  title: string;
  lead?: string | undefined;
  /** When the draft that stands here was last touched; null: it is a fresh one. */
  restoredAt: number | null;
  onStartOver: () => void;
  onSubmit: (event: React.FormEvent) => void;
  submit: string;
  isPending: boolean;
  disabled: boolean;
  /** How many boxes are not as they should be. */
  wrong: number;
  error: ApiError | null;
  aside: React.ReactNode;
  children: React.ReactNode;
}

/** The page of a request's form: what is written on one side, what follows from it on the other, sending below. */
export function FormFrame(props: FrameProps) {
  const t = useTranslations("request");
  const { back, title, lead, restoredAt, wrong, error, isPending, disabled } = props;
  return (
    <form noValidate className="flex min-h-0 flex-1 flex-col" onSubmit={props.onSubmit}>
      <header className="shrink-0 border-b px-4 py-3 md:px-6">
        <Link
          href={back.href}
          className="-ml-0.5 inline-flex h-6 max-w-full items-center gap-1 text-ink-3 text-sm hover:text-ink"
        >
          <ArrowLeft className="size-3.5 shrink-0" aria-hidden />
          <span className="truncate">{back.label}</span>
        </Link>
        <h1 className="font-semibold text-xl tracking-[-0.015em]">{title}</h1>
        {lead ? <p className="text-ink-2 text-sm">{lead}</p> : null}
      </header>
      <div className="min-h-0 flex-1 overflow-y-auto xl:grid xl:grid-cols-[minmax(0,1fr)_24rem] xl:overflow-hidden">
        <div className="min-w-0 xl:overflow-y-auto">
          <div className="flex max-w-3xl flex-col gap-7 px-4 py-5 md:px-6">
            {restoredAt === null ? null : (
              <p className="flex flex-wrap items-center gap-x-2 gap-y-1 rounded-lg bg-accent-soft px-3 py-2 text-sm">
                <History className="size-4 shrink-0 text-accent" aria-hidden />
                <span className="min-w-0 flex-1">
                  {t.rich("restored", { when: () => <Ago at={new Date(restoredAt).toISOString()} /> })}
                </span>
                <Button size="sm" variant="ghost" onClick={props.onStartOver}>
                  {t("startOver")}
                </Button>
              </p>
            )}
            {props.children}
          </div>
        </div>
        <aside aria-label={t("next")} className="min-w-0 border-t xl:overflow-y-auto xl:border-t-0 xl:border-l">
          {props.aside}
        </aside>
      </div>
      <div className="flex shrink-0 flex-wrap items-center justify-end gap-x-3 gap-y-2 border-t bg-canvas px-4 py-3 md:px-6">
        <div aria-live="assertive" className="min-w-0 flex-1 text-sm">
          {wrong > 0 ? (
            <p className="flex items-start gap-2 text-bad">
              <TriangleAlert className="mt-0.5 size-4 shrink-0" aria-hidden />
              {t("wrong", { count: wrong })}
            </p>
          ) : error ? (
            <p className="flex items-start gap-2 text-bad">
              <TriangleAlert className="mt-0.5 size-4 shrink-0" aria-hidden />
              <span className="min-w-0">
                <ErrorText error={error} />
              </span>
            </p>
          ) : (
            <p className="text-ink-3 text-xs">{t("keptHere")}</p>
          )}
        </div>
        <Link href={back.href} className={buttonClass()}>
          {t("leave")}
        </Link>
        <Button type="submit" variant="primary" disabled={isPending || disabled}>
          {isPending ? <LoaderCircle className="size-4 animate-spin" aria-hidden /> : null}
          {props.submit}
        </Button>
      </div>
    </form>
  );
}
