"use client";

import { CircleAlert } from "lucide-react";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import type { Facts } from "#components/api/refusal.ts";
import { useRefusalText } from "#components/api/refusal.ts";
import type { ApiError } from "#components/api/trpc.ts";
import { WhyLink, whyHref } from "#components/api/why-link.tsx";
import { cn } from "#components/ui/cn.ts";
import { toast } from "#components/ui/toast.ts";

/** What an answer that never came, or came as a refusal, says to a person. Not exported: whatever shows it, links it. */
function useErrorText() {
  const refusal = useRefusalText();
  const t = useTranslations("errors");
  return ({ data }: ApiError): string => (data ? refusal(data.code, data.facts) : t("noAnswer"));
}

/** A refusal in words, and the way to why. */
export function RefusalText({ code, facts = {} }: { code: string | null | undefined; facts?: Facts | undefined }) {
  const say = useRefusalText();
  return (
    <>
      {say(code, facts)} <WhyLink code={code} facts={facts} />
    </>
  );
}

/** The same of an answer, or that there was none. */
export function ErrorText({ error }: { error: ApiError }) {
  const say = useErrorText();
  return (
    <>
      {say(error)} <WhyLink code={error.data?.code} facts={error.data?.facts} />
    </>
  );
}

interface RefusedProps {
  error: ApiError | null | undefined;
  id?: string;
  className?: string;
  /** What may be done about it. */
  children?: React.ReactNode;
}

/** Why it was refused, where it was asked for. */
export function Refused({ error, id, className, children }: RefusedProps) {
  if (!error) return null;
  return (
    <div
      id={id}
      role="alert"
      className={cn("flex flex-wrap items-center gap-2 rounded-lg bg-bad-soft px-3 py-2 text-sm", className)}
    >
      <span className="min-w-0 flex-1">
        <ErrorText error={error} />
      </span>
      {children}
    </div>
  );
}

/** What went wrong with a form, said to whoever cannot see it too; without an error, what else there is to say. */
export function Failure({ error, said = null }: { error?: ApiError | null; said?: React.ReactNode }) {
  const shown = error ? <ErrorText error={error} /> : said;
  return (
    <div aria-live="polite" className="empty:hidden">
      {shown ? (
        <p className="flex items-start gap-2 rounded-md bg-bad-soft px-3 py-2 text-sm">
          <CircleAlert className="mt-0.5 size-4 shrink-0 text-bad" aria-hidden />
          <span className="min-w-0">{shown}</span>
        </p>
      ) : null}
    </div>
  );
}

/** Long enough to reach for what it offers. */
const WHY_MS = 10_000;

/** The action of a toast that leads from a refusal to why; null where nothing explains it. */
export function useWhyAction() {
  const t = useTranslations("errors");
  const router = useRouter();
  return (code: string | null | undefined, facts: Facts | undefined) => {
    const href = whyHref(code, facts);
    return href === null ? null : { duration: WHY_MS, action: { label: t("why"), onClick: () => router.push(href) } };
  };
}

/** Says a failure in passing, with the way to why. */
export function useSayFailure() {
  const say = useErrorText();
  const why = useWhyAction();
  return (error: ApiError, options: Parameters<typeof toast.error>[1] = {}): void =>
    toast.error(say(error), { ...options, ...why(error.data?.code, error.data?.facts) });
}
