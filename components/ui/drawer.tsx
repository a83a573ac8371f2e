"use client";

import { Dialog as Base } from "@base-ui/react/dialog";
import { X } from "lucide-react";

interface DrawerProps {
  open: boolean;
  onClose: () => void;
  title: React.ReactNode;
  closeLabel: string;
  /** Beside the way out: where the same stands as a page of its own. */
  aside?: React.ReactNode;
  children: React.ReactNode;
}

/** A panel at the right edge, over the list that it is about. */
export function Drawer({ open, onClose, title, closeLabel, aside, children }: DrawerProps) {
  return (
    <Base.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <Base.Portal>
        <Base.Backdrop className="fixed inset-0 z-40 bg-scrim transition-opacity duration-100 data-ending-style:opacity-0 data-starting-style:opacity-0" />
        <Base.Popup className="fixed inset-y-0 right-0 z-50 flex w-[34rem] max-w-full flex-col border-line border-l bg-raised shadow-pop outline-none transition-[translate,opacity] duration-100 data-ending-style:translate-x-2 data-starting-style:translate-x-2 data-ending-style:opacity-0 data-starting-style:opacity-0">
          <div className="flex shrink-0 items-center gap-2 border-b px-5 py-3">
            <Base.Title className="min-w-0 flex-1 font-semibold text-lg tracking-[-0.01em]">{title}</Base.Title>
            {aside}
            <Base.Close
              aria-label={closeLabel}
              className="-mr-1.5 inline-flex size-7 shrink-0 items-center justify-center rounded-md text-ink-3 hover:bg-hover hover:text-ink"
            >
              <X className="size-4" aria-hidden />
            </Base.Close>
          </div>
          <div className="min-h-0 flex-1 overflow-y-auto px-5 py-3">{children}</div>
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}
