"use client";

import { CircleCheck, LoaderCircle, TriangleAlert } from "lucide-react";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Refused } from "#components/api/failure.tsx";
import type { Outcome, Wanted } from "#components/sessions/use-end.ts";
import { useEndSessions, useFrozen } from "#components/sessions/use-end.ts";
import { Button } from "#components/ui/button.tsx";
import { CheckField } from "#components/ui/checkbox.tsx";
import { Dialog } from "#components/ui/dialog.tsx";

/** What died, and that nothing of it lives. */
function Died({ outcome: { died, people, alive }, asked }: { outcome: Outcome; asked: number }) {
  const t = useTranslations("endSessions");
  const Icon = alive === 0 ? CircleCheck : TriangleAlert;
  return (
    <div role="status" className="flex flex-col gap-2 text-sm">
      <p className="font-medium">{t("died", { sessions: died, people })}</p>
      {asked > died + alive ? <p className="text-ink-2">{t("byThemselves", { count: asked - died - alive })}</p> : null}
      <p className="flex items-start gap-2">
        <Icon className={`mt-0.5 size-4 shrink-0 ${alive === 0 ? "text-ok" : "text-warn"}`} aria-hidden />
        {alive === 0 ? t("noneAlive") : t("stillAlive", { count: alive })}
      </p>
    </div>
  );
}

const title = (wanted: Wanted) => {
  if (wanted.kind === "chosen") return "titleChosen";
  return wanted.narrowed ? "titleMatching" : "titleAll";
};

/** How many of how many people would end, before they do; and afterwards that they have. */
export function EndDialog({ wanted, onClose }: { wanted: Wanted; onClose: () => void }) {
  const t = useTranslations("endSessions");
  const ui = useTranslations("ui");
  const [own, setOwn] = useState(false);
  const frozen = useFrozen(wanted, own);
  const { run, done, outcome, isPending, error } = useEndSessions(wanted);
  const sessions = frozen.data?.sessions ?? 0;
  const matching = wanted.kind === "matching";
  return (
    <Dialog
      open
      onClose={onClose}
      closeLabel={ui("close")}
      title={t(title(wanted), { count: wanted.kind === "chosen" ? wanted.ids.length : 0 })}
    >
      <div className="flex flex-col gap-3 px-5 pt-2 pb-4">
        {outcome ? (
          <Died outcome={outcome} asked={sessions} />
        ) : (
          <>
            <p aria-live="polite" className="font-medium text-sm">
              {frozen.data
                ? t("foreseen", { sessions, people: frozen.data.people })
                : frozen.error
                  ? null
                  : t("counting")}
            </p>
            {matching ? <p className="text-ink-2 text-sm">{t("frozen")}</p> : null}
            {matching ? (
              <CheckField checked={own} disabled={isPending} onChange={({ target }) => setOwn(target.checked)}>
                {t("own")}
              </CheckField>
            ) : null}
            {own ? <p className="rounded-lg bg-warn-soft px-3 py-2 text-sm">{t("ownNote")}</p> : null}
            {isPending && done > 0 ? (
              <p role="status" className="text-ink-2 text-sm">
                {t("running", { done, all: sessions })}
              </p>
            ) : null}
          </>
        )}
        <Refused error={error ?? frozen.error} />
      </div>
      <div className="flex justify-end gap-2 border-t px-5 py-3">
        <Button onClick={onClose} autoFocus={outcome !== null}>
          {outcome ? ui("close") : ui("cancel")}
        </Button>
        {outcome ? null : (
          <Button
            variant="danger"
            disabled={isPending || sessions === 0}
            onClick={() => void (frozen.data && run(frozen.data))}
          >
            {isPending ? <LoaderCircle className="size-4 animate-spin" aria-hidden /> : null}
            {t("confirm", { sessions })}
          </Button>
        )}
      </div>
    </Dialog>
  );
}
