"use client";

import { Download, Link2, Pause, Play, RotateCcw } from "lucide-react";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { useSayFailure } from "#components/api/failure.tsx";
import type { ApiError } from "#components/api/trpc.ts";
import { useTRPCClient } from "#components/api/trpc.ts";
import { useCommand } from "#components/api/use-command.ts";
import { AuditLink } from "#components/audit/audit-link.tsx";
import { StopDialog } from "#components/bulks/stop-dialog.tsx";
import type { Bulk, ItemsFilter } from "#components/bulks/use-bulk.ts";
import { csvAddress } from "#components/bulks/use-bulk.ts";
import { Button, buttonClass } from "#components/ui/button.tsx";
import { toast } from "#components/ui/toast.ts";
import type { Verb } from "#server/domain/bulks/rules.ts";

/** Pauses, resumes, cancels or retries; a refusal is said, and the bulk is read again in any case. */
function useSteer(bulk: Bulk, onDone: () => void) {
  const client = useTRPCClient();
  const sayFailure = useSayFailure();
  const command = useCommand<{ id: string; verb: Verb }, { id: string }>(({ id, verb }, options) =>
    client.bulks[verb].mutate({ id }, options),
  );
  const steer = async (verb: Verb): Promise<string | null> => {
    try {
      return (await command.run({ id: bulk.id, verb })).id;
    } catch (error) {
      sayFailure(error as ApiError);
      return null;
    } finally {
      onDone();
    }
  };
  return { steer, isPending: command.isPending };
}

/** What may be done to it now. Buttons that are not theirs are not shown to a reader. */
export function BulkActions({ bulk, filter, onDone }: { bulk: Bulk; filter: ItemsFilter; onDone: () => void }) {
  const t = useTranslations("bulk");
  const router = useRouter();
  const [stopping, setStopping] = useState(false);
  const { steer, isPending } = useSteer(bulk, onDone);
  const { id, state, may, failed, mine, retriedById } = bulk;
  const ended = state === "DONE" || state === "CANCELLED";

  async function retry() {
    const next = await steer("retry");
    if (next) router.push(`/bulks/${next}`);
  }

  return (
    <div className="flex flex-wrap items-center gap-2 sm:ml-auto">
      <AuditLink target={id} className="h-8" />
      <a href={csvAddress(id, filter)} download className={buttonClass({ variant: "ghost" })}>
        <Download className="size-4" aria-hidden />
        {t("csv")}
      </a>
      <Button
        variant="ghost"
        onClick={() =>
          void navigator.clipboard.writeText(window.location.href).then(() => toast.success(t("linkCopied")))
        }
      >
        <Link2 className="size-4" aria-hidden />
        <span className="max-sm:sr-only">{t("copyLink")}</span>
      </Button>
      {may.includes("pause") ? (
        <Button disabled={isPending} onClick={() => void steer("pause")}>
          <Pause className="size-3.5" aria-hidden />
          {t("pause")}
        </Button>
      ) : null}
      {may.includes("resume") ? (
        <Button variant="primary" disabled={isPending} onClick={() => void steer("resume")}>
          <Play className="size-3.5" aria-hidden />
          {t("resume")}
        </Button>
      ) : null}
      {may.includes("cancel") ? (
        <Button disabled={isPending} onClick={() => setStopping(true)}>
          {t("cancel")}
        </Button>
      ) : null}
      {ended && mine && (may.includes("retry") || !retriedById) ? (
        <Button
          disabled={isPending || !may.includes("retry")}
          title={t(failed > 0 ? "retryNote" : "retryNone")}
          onClick={() => void retry()}
        >
          <RotateCcw className="size-3.5" aria-hidden />
          {t("retry", { count: failed })}
        </Button>
      ) : null}
      {stopping ? (
        <StopDialog
          bulk={bulk}
          isPending={isPending}
          onClose={() => setStopping(false)}
          onStop={() => void steer("cancel").then(() => setStopping(false))}
        />
      ) : null}
    </div>
  );
}
