"use client";

import { LoaderCircle } from "lucide-react";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { RefusalText, Refused } from "#components/api/failure.tsx";
import { useReactionName } from "#components/outbox/names.ts";
import { useReplayDead } from "#components/outbox/use-outbox.ts";
import { Button } from "#components/ui/button.tsx";
import { Dialog } from "#components/ui/dialog.tsx";
import { ATTEMPTS_LIMIT, REPLAY_MAX } from "#server/domain/outbox/rules.ts";

interface Done {
  readonly replayed: number;
  readonly refused: Readonly<Record<string, number>>;
  /** The event to go on after; null when no dead one is left out. */
  readonly next: string | null;
}

const NOTHING: Done = { replayed: 0, refused: {}, next: null };

const sum = (a: Done["refused"], b: Readonly<Record<string, number | undefined>>) =>
  Object.fromEntries(
    [...new Set([...Object.keys(a), ...Object.keys(b)])].map((code) => [code, (a[code] ?? 0) + (b[code] ?? 0)]),
  );

function Outcome({ done }: { done: Done }) {
  const t = useTranslations("outbox");
  return (
    <div role="status" className="flex flex-col gap-2 text-sm">
      <p className="font-medium">{t("replayedCount", { count: done.replayed })}</p>
      {Object.entries(done.refused).map(([code, count]) => (
        <p key={code} className="rounded-lg bg-warn-soft px-3 py-2">
          {t("staysDead", { count })} <RefusalText code={code} facts={{ max: ATTEMPTS_LIMIT }} />
        </p>
      ))}
      {done.next ? <p className="text-ink-2">{t("replayMore")}</p> : null}
    </div>
  );
}

/** All dead deliveries of a reaction, so many at a time; what cannot be tried again says why. */
export function ReplayDeadDialog({ reaction, dead, onClose }: { reaction: string; dead: string; onClose: () => void }) {
  const t = useTranslations("outbox");
  const ui = useTranslations("ui");
  const reactionName = useReactionName();
  const { run, isPending, error } = useReplayDead();
  const [done, setDone] = useState<Done | null>(null);
  const goesOn = done === null || done.next !== null;
  const submit = async () => {
    const answer = await run({ reaction, after: done?.next ?? null }).catch(() => null);
    if (!answer) return;
    setDone((before = NOTHING) => ({
      replayed: (before?.replayed ?? 0) + answer.replayed,
      refused: sum(before?.refused ?? {}, answer.refused),
      next: answer.next,
    }));
  };
  return (
    <Dialog
      open
      onClose={onClose}
      closeLabel={ui("close")}
      title={t("replayDeadTitle", { reaction: reactionName(reaction) })}
      description={t("replayDeadLead", { dead, max: REPLAY_MAX })}
    >
      <div className="flex flex-col gap-3 px-5 pt-2 pb-4">
        {done ? <Outcome done={done} /> : null}
        <Refused error={error} />
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>{done ? ui("close") : ui("cancel")}</Button>
          {goesOn ? (
            <Button variant="primary" autoFocus disabled={isPending} onClick={() => void submit()}>
              {isPending ? <LoaderCircle className="size-4 animate-spin" aria-hidden /> : null}
              {t(done ? "replayNext" : "replay")}
            </Button>
          ) : null}
        </div>
      </div>
    </Dialog>
  );
}
