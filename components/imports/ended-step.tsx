"use client";

import { Ban, CircleCheck, Columns3, Inbox, Link2, OctagonX, TriangleAlert } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { RefusalText } from "#components/api/failure.tsx";
import { viewQuery } from "#components/approvals/view.ts";
import { BadRows } from "#components/imports/bad-rows.tsx";
import { ImportBar } from "#components/imports/import-bar.tsx";
import type { Import } from "#components/imports/use-import.ts";
import { Button, buttonClass } from "#components/ui/button.tsx";
import { toast } from "#components/ui/toast.ts";

/** The requests that came of it, to look at, and for who decides them. */
function Brought({ of }: { of: Import }) {
  const t = useTranslations("import");
  const href = `/inbox${viewQuery({ import: of.id })}`;
  return (
    <>
      <Link href={href} className={buttonClass({ variant: "primary" })}>
        <Inbox className="size-4" aria-hidden />
        {t("toInbox")}
      </Link>
      <Button
        onClick={() =>
          void navigator.clipboard
            .writeText(`${window.location.origin}${href}`)
            .then(() => toast.success(t("linkCopied")))
        }
      >
        <Link2 className="size-4" aria-hidden />
        {t("copyLink")}
      </Button>
    </>
  );
}

function useOutcome(of: Import) {
  const t = useTranslations("import");
  const { state, submitted, bad, total, known, code, facts } = of;
  const aside = [
    known > 0 ? t("knownCount", { count: known }) : null,
    bad > 0 ? t("leftOut", { count: bad }) : null,
  ].filter((said) => said !== null);
  switch (state) {
    case "SUBMITTED":
      return {
        icon:
          submitted > 0 ? <CircleCheck className="text-ok" aria-hidden /> : <Ban className="text-ink-3" aria-hidden />,
        title: t("submittedTitle", { count: submitted }),
        note: aside.join(" · "),
      };
    case "REFUSED":
      return {
        icon: <TriangleAlert className="text-warn" aria-hidden />,
        title: t("refusedTitle"),
        note: t("refusedNote", { bad, total }),
      };
    case "FAILED":
      return {
        icon: <OctagonX className="text-bad" aria-hidden />,
        title: t("failedTitle"),
        note: (
          <>
            <RefusalText code={code} facts={facts} /> {t("failedNote", { count: submitted })}
          </>
        ),
      };
    default:
      return {
        icon: <Ban className="text-ink-3" aria-hidden />,
        title: t("stoppedTitle"),
        note: t("stoppedNote", { count: submitted }),
      };
  }
}

/** What became of it, and where to go from there. */
export function EndedStep({ of, onMap }: { of: Import; onMap: (() => void) | undefined }) {
  const t = useTranslations("import");
  const { icon, title, note } = useOutcome(of);
  const { state, submitted, known, bad } = of;
  return (
    <div className="min-h-0 flex-1 overflow-y-auto pb-6">
      <div className="flex max-w-4xl flex-col gap-4 p-4">
        <div aria-live="polite" className="flex items-start gap-3 [&>svg]:mt-0.5 [&>svg]:size-5 [&>svg]:shrink-0">
          {icon}
          <div className="min-w-0">
            <h2 className="font-semibold text-lg tracking-[-0.01em]">{title}</h2>
            {note ? <p className="text-ink-2 text-sm">{note}</p> : null}
          </div>
        </div>
        <ImportBar of={of} />
        <div className="flex flex-wrap gap-2">
          {submitted > 0 ? <Brought of={of} /> : null}
          {onMap ? (
            <Button onClick={onMap}>
              <Columns3 className="size-3.5" aria-hidden />
              {t("changeColumns")}
            </Button>
          ) : null}
          <Link href="/imports/new" className={buttonClass()}>
            {t("another")}
          </Link>
        </div>
        {state === "SUBMITTED" ? (
          <p aria-live="polite" className="sr-only">
            {t("submittedSaid", { submitted, known, bad })}
          </p>
        ) : null}
      </div>
      {bad > 0 ? <BadRows of={of} /> : null}
    </div>
  );
}
