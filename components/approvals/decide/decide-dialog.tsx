"use client";

import { LoaderCircle } from "lucide-react";
import { useRouter } from "next/navigation";
import { useFormatter, useTranslations } from "next-intl";
import { useId, useState } from "react";
import { Refused } from "#components/api/failure.tsx";
import type { ApiError } from "#components/api/trpc.ts";
import { PreviewSummary } from "#components/approvals/decide/preview-summary.tsx";
import { useDecideSet } from "#components/approvals/decide/use-decide.ts";
import type { Preview, Target } from "#components/approvals/decide/use-preview.ts";
import { AT_ONCE_MAX, usePreview } from "#components/approvals/decide/use-preview.ts";
import { useStartBulk } from "#components/approvals/decide/use-start-bulk.ts";
import type { Trial } from "#components/approvals/decide/use-trial.ts";
import { useTrial } from "#components/approvals/decide/use-trial.ts";
import { Button } from "#components/ui/button.tsx";
import { Dialog } from "#components/ui/dialog.tsx";
import { Field, Input, Textarea } from "#components/ui/field.tsx";
import { Kbd } from "#components/ui/kbd.tsx";
import type { Decision } from "#server/domain/approvals/rules.ts";
import { needsReason } from "#server/domain/approvals/rules.ts";

const TYPE_COUNT_ABOVE = 1_000;
const REASON_MAX = 4_000;

export interface Deciding {
  readonly target: Target;
  readonly decision: Decision;
  /** Names this opening of the dialog: what is frozen or tried belongs to it. */
  readonly opening: string;
}

interface DialogProps extends Deciding {
  count: number;
  onClose: () => void;
  /** Decided or under way: the selection has served. */
  onDone: () => void;
}

const digits = (text: string) => text.replaceAll(/\D/g, "");

/** How many there are to decide, once that is known. */
function countOf(preview: Preview | undefined, count: number): number {
  return preview?.kind === "draft" ? preview.draft.total : count;
}

/** Whether all of it was tried, and none would be decided. */
function comesToNothing(preview: Preview, trial: Trial): boolean {
  const { decided, recorded } = preview.kind === "rows" ? preview.result : trial;
  return decided + recorded === 0 && (preview.kind === "rows" || trial.tried >= preview.draft.total);
}

function useConfirm({ target, decision, onDone }: DialogProps, preview: Preview | undefined) {
  const router = useRouter();
  const set = useDecideSet();
  const bulk = useStartBulk();
  const [error, setError] = useState<ApiError | null>(null);

  async function confirm(reason: string) {
    setError(null);
    try {
      if (target.kind === "rows" && target.rows.length <= AT_ONCE_MAX) await set.decide(target.rows, decision, reason);
      else if (preview?.kind === "draft") router.push(`/bulks/${await bulk.run(preview.draft.id, decision, reason)}`);
      onDone();
    } catch (failure) {
      setError(failure as ApiError);
    }
  }
  return { confirm, error, isPending: set.isPending || bulk.isPending };
}

/** Asks for the reason and shows what would happen, before many are decided at once. */
export function DecideDialog(props: DialogProps) {
  const { target, decision, opening, count, onClose } = props;
  const t = useTranslations("decide");
  const ui = useTranslations("ui");
  const format = useFormatter();
  const preview = usePreview(target, decision, opening);
  const trial = useTrial(preview.data?.kind === "draft" ? preview.data.draft : null, decision);
  const { confirm, error, isPending } = useConfirm(props, preview.data);
  const [reason, setReason] = useState("");
  const [typed, setTyped] = useState("");
  const [missing, setMissing] = useState(false);
  const formId = useId();

  const total = countOf(preview.data, count);
  const mustType = total > TYPE_COUNT_ABOVE;
  const nothing = preview.data !== undefined && (total === 0 || comesToNothing(preview.data, trial));
  const ready = preview.data !== undefined && !nothing && !isPending && (!mustType || digits(typed) === String(total));

  function submit() {
    const lacks = needsReason(decision) && reason.trim() === "";
    setMissing(lacks);
    if (ready && !lacks) void confirm(reason);
  }

  return (
    <Dialog
      open
      onClose={onClose}
      closeLabel={ui("close")}
      finalFocus={false}
      title={t("title", { decision, count: total })}
    >
      <form
        id={formId}
        className="flex flex-col gap-4 px-5 pt-2 pb-4"
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
        onKeyDown={(event) => {
          if (event.key !== "Enter" || !(event.metaKey || event.ctrlKey)) return;
          event.preventDefault();
          submit();
        }}
      >
        {preview.error ? (
          <Refused error={preview.error} />
        ) : (
          <PreviewSummary preview={preview.data} decision={decision} trial={trial} />
        )}
        <Field
          label={needsReason(decision) ? t("reason") : t("reasonOptional")}
          hint={t("reasonHint")}
          error={missing ? t("reasonMissing") : undefined}
        >
          {(ids) => (
            <Textarea
              {...ids}
              autoFocus
              value={reason}
              maxLength={REASON_MAX}
              required={needsReason(decision)}
              onChange={(event) => setReason(event.target.value)}
            />
          )}
        </Field>
        {mustType ? (
          <Field label={t("typeCount", { count: format.number(total) })}>
            {(ids) => (
              <Input
                {...ids}
                inputMode="numeric"
                autoComplete="off"
                className="w-40"
                value={typed}
                onChange={(event) => setTyped(event.target.value)}
              />
            )}
          </Field>
        ) : null}
        <Refused error={error} />
      </form>
      <div className="sticky bottom-0 flex items-center justify-end gap-2 border-line border-t bg-raised px-5 py-3">
        <span className="mr-auto hidden items-center gap-1 text-ink-3 text-xs sm:inline-flex">
          <Kbd>⌘</Kbd>
          <Kbd>↵</Kbd>
        </span>
        <Button onClick={onClose}>{ui("cancel")}</Button>
        <Button type="submit" form={formId} variant={decision === "REJECT" ? "danger" : "primary"} disabled={!ready}>
          {isPending ? <LoaderCircle className="size-4 animate-spin" aria-hidden /> : null}
          {t("confirm", { decision, count: total })}
        </Button>
      </div>
    </Dialog>
  );
}
