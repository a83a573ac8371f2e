"use client";

import { cloneElement, useRef, useState } from "react";

/** What a popup needs to know of the button that opens it. */
export interface Opened {
  readonly open: boolean;
  readonly onOpenChange: (open: boolean, details: { event: Event }) => void;
  readonly anchor: React.RefObject<HTMLElement | null>;
}

interface OpenerProps {
  kind: "menu" | "dialog";
  trigger: React.ReactElement<React.ComponentProps<"button">>;
  /** The popup; its code need not be there before the button is pressed. */
  children: (opened: Opened) => React.ReactNode;
}

/** A button that opens a popup. It is the page's own from the start, whenever the popup's code arrives. */
export function Opener({ kind, trigger, children }: OpenerProps) {
  const anchor = useRef<HTMLButtonElement>(null);
  const [open, setOpen] = useState<boolean | null>(null);
  const onOpenChange: Opened["onOpenChange"] = (next, { event }) => {
    // Pressed again, the button itself closes what it opened.
    if (!next && event.target instanceof Node && event.type !== "keydown" && anchor.current?.contains(event.target))
      return;
    setOpen(next);
  };
  return (
    <>
      {cloneElement(trigger, {
        ref: anchor,
        "aria-haspopup": kind,
        "aria-expanded": open === true,
        onClick: () => setOpen(!open),
        onKeyDown: (event) => {
          if (kind !== "menu" || event.key !== "ArrowDown") return;
          event.preventDefault();
          setOpen(true);
        },
      })}
      {open === null ? null : children({ open, onOpenChange, anchor })}
    </>
  );
}
