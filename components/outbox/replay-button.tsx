"use client";

import { LoaderCircle, RotateCw } from "lucide-react";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { useSayFailure } from "#components/api/failure.tsx";
import type { ApiError } from "#components/api/trpc.ts";
import { useEventName, useReactionName } from "#components/outbox/names.ts";
import type { EventDelivery } from "#components/outbox/use-outbox.ts";
import { useReplay } from "#components/outbox/use-outbox.ts";
import { Button } from "#components/ui/button.tsx";
import { Dialog } from "#components/ui/dialog.tsx";
import { toast } from "#components/ui/toast.ts";

interface ReplayProps {
  delivery: Pick<EventDelivery, "eventId" | "reaction" | "status" | "fence">;
  eventType: string;
  /** Told before the row may go, so that the focus has somewhere to be. */
  onReplayed?: () => void;
  className?: string;
}

function useReplayOf({ delivery: { eventId, reaction, status, fence }, onReplayed }: ReplayProps) {
  const t = useTranslations("outbox");
  const sayFailure = useSayFailure();
  const reactionName = useReactionName();
  const replay = useReplay();
  const run = async () => {
    try {
      await replay.run({ eventId, reaction, fence, published: status === "PUBLISHED" });
      toast.success(t("replayed", { reaction: reactionName(reaction) }));
      onReplayed?.();
    } catch (error) {
      sayFailure(error as ApiError);
    }
  };
  return { run, isPending: replay.isPending };
}

/** Tries a dead delivery again. */
export function ReplayButton(props: ReplayProps) {
  const t = useTranslations("outbox");
  const eventName = useEventName();
  const reactionName = useReactionName();
  const { run, isPending } = useReplayOf(props);
  const Icon = isPending ? LoaderCircle : RotateCw;
  return (
    <Button
      size="sm"
      className={props.className}
      disabled={isPending}
      aria-label={t("replayOne", {
        event: eventName(props.eventType),
        reaction: reactionName(props.delivery.reaction),
      })}
      onClick={() => void run()}
    >
      <Icon className={isPending ? "size-3.5 animate-spin" : "size-3.5"} aria-hidden />
      {t("replay")}
    </Button>
  );
}

/** The same for one that was delivered: asked for once more, with what that means. */
export function ReplayPublished(props: ReplayProps) {
  const t = useTranslations("outbox");
  const ui = useTranslations("ui");
  const reactionName = useReactionName();
  const [open, setOpen] = useState(false);
  const { run, isPending } = useReplayOf({ ...props, onReplayed: () => setOpen(false) });
  return (
    <>
      <Button size="sm" variant="ghost" className={props.className} onClick={() => setOpen(true)}>
        <RotateCw className="size-3.5" aria-hidden />
        {t("replayAnyway")}
      </Button>
      <Dialog
        open={open}
        onClose={() => setOpen(false)}
        closeLabel={ui("close")}
        title={t("replayPublishedTitle", { reaction: reactionName(props.delivery.reaction) })}
        description={t("replayPublishedLead")}
      >
        {props.delivery.reaction === "mail" ? <p className="px-5 pt-2 text-sm">{t("replayMailNote")}</p> : null}
        <div className="flex justify-end gap-2 px-5 pt-4 pb-4">
          <Button onClick={() => setOpen(false)}>{ui("cancel")}</Button>
          <Button variant="primary" autoFocus disabled={isPending} onClick={() => void run()}>
            {isPending ? <LoaderCircle className="size-4 animate-spin" aria-hidden /> : null}
            {t("replay")}
          </Button>
        </div>
      </Dialog>
    </>
  );
}
