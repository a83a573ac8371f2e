"use client";

import { Dialog as Base } from "@base-ui/react/dialog";
import { X } from "lucide-react";
import { cn } from "#components/ui/cn.ts";

interface DialogProps {
  open: boolean;
  onClose: () => void;
  title: React.ReactNode;
  description?: React.ReactNode;
  closeLabel: string;
  /** False where whoever opened it takes care of the focus itself. */
  finalFocus?: false;
  className?: string;
  children: React.ReactNode;
}

export function Dialog({
  open,
  onClose,
  title,
  description,
  closeLabel,
  finalFocus,
  className,
  children,
}: DialogProps) {
  return (
    <Base.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <Base.Portal>
        <Base.Backdrop
          forceRender // over a panel that it was opened from, too
          className="fixed inset-0 z-50 bg-scrim transition-opacity duration-100 data-ending-style:opacity-0 data-starting-style:opacity-0"
        />
        <Base.Popup
          finalFocus={finalFocus}
          className={cn(
            "fixed top-[12dvh] left-1/2 z-50 flex max-h-[80dvh] w-[32rem] max-w-[calc(100vw-1.5rem)] -translate-x-1/2 flex-col overflow-y-auto rounded-xl border border-line bg-raised shadow-pop outline-none transition-[scale,opacity] duration-100 data-ending-style:scale-[0.985] data-starting-style:scale-[0.985] data-ending-style:opacity-0 data-starting-style:opacity-0",
            className,
          )}
        >
          <div className="flex items-start gap-3 px-5 pt-4 pb-1">
            <div className="flex min-w-0 flex-1 flex-col gap-1">
              <Base.Title className="font-semibold text-lg tracking-[-0.01em]">{title}</Base.Title>
              {description ? <Base.Description className="text-ink-2 text-sm">{description}</Base.Description> : null}
            </div>
            <Base.Close
              aria-label={closeLabel}
              className="-mr-1.5 inline-flex size-7 items-center justify-center rounded-md text-ink-3 hover:bg-hover hover:text-ink"
            >
              <X className="size-4" aria-hidden />
            </Base.Close>
          </div>
          {children}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}
