"use client";

import { Columns3, TriangleAlert, UserRoundX } from "lucide-react";
import { useFormatter, useTranslations } from "next-intl";
import { BadRows } from "#components/imports/bad-rows.tsx";
import type { Import } from "#components/imports/use-import.ts";
import { useImportStep } from "#components/imports/use-import.ts";
import { Button } from "#components/ui/button.tsx";
import { cn } from "#components/ui/cn.ts";

function Figure({ n, label, note, tone }: { n: number; label: string; note?: string; tone: string }) {
  const format = useFormatter();
  return (
    <li className="flex min-w-0 flex-col gap-0.5 rounded-lg border px-3.5 py-3">
      <p className="flex flex-wrap items-baseline gap-x-2">
        <span className={cn("font-semibold text-2xl", tone)}>{format.number(n)}</span>
        <span className="font-medium text-sm">{label}</span>
      </p>
      {note ? <p className="text-ink-3 text-xs">{note}</p> : null}
    </li>
  );
}

function Callout({ icon, title, children }: { icon: React.ReactNode; title?: string; children: React.ReactNode }) {
  return (
    <div className="flex items-start gap-2.5 rounded-lg bg-warn-soft px-3.5 py-2.5 text-sm [&_svg]:mt-0.5 [&_svg]:size-4 [&_svg]:shrink-0 [&_svg]:text-warn">
      {icon}
      <div className="min-w-0">
        {title ? <p className="font-medium">{title}</p> : null}
        <p>{children}</p>
      </div>
    </div>
  );
}

/** What the file holds, and what it would become: its person decides. */
export function CheckedStep({ of, onMap }: { of: Import; onMap: (() => void) | undefined }) {
  const t = useTranslations("import");
  const { run, isPending } = useImportStep("start", of.id);
  const { total, bad, foreseen } = of;
  const good = total - bad;
  const fresh = good - foreseen;
  return (
    <div className="min-h-0 flex-1 overflow-y-auto pb-6">
      <div className="flex max-w-4xl flex-col gap-4 p-4">
        <p aria-live="polite" className="sr-only">
          {t("checkedSaid", { good, bad })}
        </p>
        <ul className="grid gap-3 sm:grid-cols-3">
          <Figure n={fresh} label={t("good", { count: fresh })} tone={fresh > 0 ? "text-ok" : "text-ink-3"} />
          {foreseen > 0 ? (
            <Figure
              n={foreseen}
              label={t("foreseen", { count: foreseen })}
              note={t("foreseenNote")}
              tone="text-accent"
            />
          ) : null}
          {bad > 0 ? (
            <Figure
              n={bad}
              label={t("badCount", { count: bad })}
              note={good > 0 ? t("badNote") : undefined}
              tone="text-warn"
            />
          ) : null}
        </ul>
        {good === 0 ? (
          <Callout icon={<TriangleAlert aria-hidden />} title={t("nothingGood")}>
            {t("nothingGoodNote")}
          </Callout>
        ) : null}
        {good > 0 && fresh === 0 ? (
          <Callout icon={<TriangleAlert aria-hidden />} title={t("nothingNew")}>
            {t("nothingNewNote", { count: good })}
          </Callout>
        ) : null}
        {fresh > 0 && of.mine ? (
          <Callout icon={<UserRoundX aria-hidden />}>{t("ownNote", { count: fresh })}</Callout>
        ) : null}
        {of.mine ? (
          <div className="flex flex-wrap gap-2">
            {fresh > 0 ? (
              <Button variant="primary" disabled={isPending} onClick={() => void run(of.version)}>
                {t(bad > 0 ? "submitGood" : "submit", { count: fresh })}
              </Button>
            ) : null}
            {onMap ? (
              <Button onClick={onMap}>
                <Columns3 className="size-3.5" aria-hidden />
                {t("changeColumns")}
              </Button>
            ) : null}
          </div>
        ) : (
          <p className="text-ink-3 text-sm">{t("notYours", { name: of.by ?? "" })}</p>
        )}
      </div>
      {bad > 0 ? <BadRows of={of} /> : null}
    </div>
  );
}
