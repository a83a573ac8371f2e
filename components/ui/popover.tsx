"use client";

import { Popover as Base } from "@base-ui/react/popover";
import { cn } from "#components/ui/cn.ts";

export const popupClass =
  "z-50 origin-(--transform-origin) rounded-lg border border-line bg-raised shadow-pop outline-none transition-[scale,opacity] duration-100 data-ending-style:scale-[0.98] data-starting-style:scale-[0.98] data-ending-style:opacity-0 data-starting-style:opacity-0";

interface PopoverProps {
  label: string;
  trigger: React.ReactElement;
  align?: "start" | "center" | "end";
  className?: string;
  children: React.ReactNode;
}

/** A popover that its own trigger opens. */
export function Popover({ label, trigger, align = "start", className, children }: PopoverProps) {
  return (
    <Base.Root>
      <Base.Trigger render={trigger} />
      <Base.Portal>
        <Base.Positioner sideOffset={6} align={align} collisionPadding={8} className="z-50">
          <Base.Popup aria-label={label} className={cn(popupClass, "max-w-[calc(100vw-1rem)]", className)}>
            {children}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}

/** A button inside a popover that closes it when it is pressed. */
export const PopoverClose = (props: React.ComponentProps<"button">) => <Base.Close {...props} />;

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
