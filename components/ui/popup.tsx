"use client";

import { Popover as Base } from "@base-ui/react/popover";
import { cn } from "#components/ui/cn.ts";
import type { Opened } from "#components/ui/opener.tsx";
import { popupClass } from "#components/ui/popup-class.ts";

/** A button inside a popover that closes it when it is pressed. */
export const PopoverClose = (props: React.ComponentProps<"button">) => <Base.Close {...props} />;

interface FrameProps extends Pick<Base.Popup.Props, "finalFocus"> {
  label: string;
  open: boolean;
  onOpenChange: Opened["onOpenChange"];
  anchor: Base.Positioner.Props["anchor"];
  place: Pick<Base.Positioner.Props, "align" | "sideOffset" | "alignOffset">;
  className?: string;
  children: React.ReactNode;
}

function Frame({ label, open, onOpenChange, anchor, place, finalFocus, className, children }: FrameProps) {
  return (
    <Base.Root open={open} onOpenChange={onOpenChange}>
      <Base.Portal>
        <Base.Positioner anchor={anchor} collisionPadding={8} className="z-50" {...place}>
          <Base.Popup
            aria-label={label}
            finalFocus={finalFocus}
            className={cn(popupClass, "max-w-[calc(100vw-1rem)]", className)}
          >
            {children}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}

interface PopoverPopupProps extends Opened {
  label: string;
  align?: "start" | "center" | "end";
  className?: string;
  children: React.ReactNode;
}

/** What a button has opened. */
export function PopoverPopup({ align, ...props }: PopoverPopupProps) {
  return <Frame {...props} finalFocus={props.anchor} place={{ align, sideOffset: 6 }} />;
}

interface AnchoredPopoverProps extends Pick<FrameProps, "label" | "open" | "anchor" | "className" | "children"> {
  onClose: () => void;
}

/** A popover that something else opens, beside what it is about, and that gives the focus back itself. */
export function AnchoredPopover({ onClose, ...props }: AnchoredPopoverProps) {
  return (
    <Frame
      {...props}
      onOpenChange={(next) => !next && onClose()}
      finalFocus={false}
      place={{ align: "start", sideOffset: 4, alignOffset: 40 }}
    />
  );
}
