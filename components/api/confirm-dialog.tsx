"use client";

import { useTranslations } from "next-intl";
import { Refused } from "#components/api/failure.tsx";
import type { ApiError } from "#components/api/trpc.ts";
import { Button } from "#components/ui/button.tsx";
import { Dialog } from "#components/ui/dialog.tsx";

interface ConfirmProps {
  title: string;
  note: React.ReactNode;
  confirm: string;
  danger?: boolean;
  busy: boolean;
  error: ApiError | null;
  onConfirm: () => void;
  onClose: () => void;
  children?: React.ReactNode;
}

/** What will follow, before it does; a refusal stays in it. */
export function ConfirmDialog({
  title,
  note,
  confirm,
  danger,
  busy,
  error,
  onConfirm,
  onClose,
  children,
}: ConfirmProps) {
  const ui = useTranslations("ui");
  return (
    <Dialog open onClose={onClose} closeLabel={ui("close")} title={title} description={note}>
      <div className="flex flex-col gap-3 px-5 pt-2 pb-4 empty:hidden">
        {children}
        <Refused error={error} />
      </div>
      <div className="flex justify-end gap-2 border-t px-5 py-3">
        <Button onClick={onClose}>{ui("cancel")}</Button>
        <Button variant={danger ? "danger" : "primary"} disabled={busy} onClick={onConfirm}>
          {confirm}
        </Button>
      </div>
    </Dialog>
  );
}
