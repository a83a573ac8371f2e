"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import type { ApprovalRow } from "#components/approvals/list/use-approval-pages.ts";
import { Button } from "#components/ui/button.tsx";
import { Field, Textarea } from "#components/ui/field.tsx";
import { Kbd } from "#components/ui/kbd.tsx";
import { AnchoredPopover } from "#components/ui/popup.tsx";
import type { Decision } from "#server/domain/approvals/rules.ts";
import { needsReason } from "#server/domain/approvals/rules.ts";

interface QuickDecideProps {
  row: Pick<ApprovalRow, "id" | "title" | "contentVersion">;
  decision: Decision;
  anchor: () => Element | null;
  onDecide: (reason: string) => void;
  onClose: () => void;
}

/** One decision beside what it is about: a reason where there is one, and Enter. */
export function QuickDecide({ row, decision, anchor, onDecide, onClose }: QuickDecideProps) {
  const t = useTranslations("decide");
  const ui = useTranslations("ui");
  const [reason, setReason] = useState("");
  const [missing, setMissing] = useState(false);

  function submit() {
    const lacks = needsReason(decision) && reason.trim() === "";
    setMissing(lacks);
    if (lacks) return;
    onDecide(reason);
    onClose();
  }

  return (
    <AnchoredPopover open onClose={onClose} anchor={anchor} label={t("titleOne", { decision })} className="w-96 p-3">
      <form
        className="flex flex-col gap-2.5"
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <p className="truncate text-ink-2 text-sm">
          <span className="font-semibold text-ink">{t("verb", { decision })}</span> {row.title}
        </p>
        <Field
          label={needsReason(decision) ? t("reason") : t("reasonOptional")}
          error={missing ? t("reasonMissing") : undefined}
        >
          {(ids) => (
            <Textarea
              {...ids}
              autoFocus
              rows={2}
              maxLength={4000}
              className="min-h-14"
              value={reason}
              onChange={(event) => setReason(event.target.value)}
              onKeyDown={(event) => {
                if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
                event.preventDefault();
                submit();
              }}
            />
          )}
        </Field>
        <div className="flex items-center gap-2">
          <span className="mr-auto flex items-center gap-1 text-ink-3 text-xs">
            <Kbd>↵</Kbd> {t("enterConfirms")}
          </span>
          <Button size="sm" onClick={onClose}>
            {ui("cancel")}
          </Button>
          <Button type="submit" size="sm" variant={decision === "REJECT" ? "danger" : "primary"}>
            {t("verb", { decision })}
          </Button>
        </div>
      </form>
    </AnchoredPopover>
  );
}
