"use client";

import { Popover as Base } from "@base-ui/react/popover";
import { cn } from "#components/ui/cn.ts";
import type { Opened } from "#components/ui/opener.tsx";
import { popupClass } from "#components/ui/popup-class.ts";

/** A button inside a popover that closes it when it is pressed. */
export const PopoverClose = (props: React.ComponentProps<"button">) => <Base.Close {...props} />;

interface PopoverPopupProps extends Opened {
  label: string;
  align?: "start" | "center" | "end";
  className?: string;
  children: React.ReactNode;
}

/** What a button has opened. */
export function PopoverPopup({ label, open, onOpenChange, anchor, align, className, children }: PopoverPopupProps) {
  return (
    <Base.Root open={open} onOpenChange={onOpenChange}>
      <Base.Portal>
        <Base.Positioner anchor={anchor} sideOffset={6} align={align} collisionPadding={8} className="z-50">
          <Base.Popup
            aria-label={label}
            finalFocus={anchor}
            className={cn(popupClass, "max-w-[calc(100vw-1rem)]", className)}
          >
            {children}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}

interface AnchoredPopoverProps {
  label: string;
  open: boolean;
  onClose: () => void;
  anchor: Base.Positioner.Props["anchor"];
  className?: string;
  children: React.ReactNode;
}

/** A popover that something else opens, beside what it is about, and that gives the focus back itself. */
export function AnchoredPopover({ label, open, onClose, anchor, className, children }: AnchoredPopoverProps) {
  return (
    <Base.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <Base.Portal>
        <Base.Positioner
          anchor={anchor}
          sideOffset={4}
          align="start"
          alignOffset={40}
          collisionPadding={8}
          className="z-50"
        >
          <Base.Popup
            aria-label={label}
            finalFocus={false}
            className={cn(popupClass, "max-w-[calc(100vw-1rem)]", className)}
          >
            {children}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
