"use client";

import { Menu as Base } from "@base-ui/react/menu";
import { Check } from "lucide-react";
import { cn } from "#components/ui/cn.ts";
import type { Opened } from "#components/ui/opener.tsx";
import { popupClass } from "#components/ui/popup-class.ts";

const itemClass =
  "flex min-h-8 cursor-default select-none items-center gap-2 rounded-md px-2 text-sm text-ink outline-none data-highlighted:bg-hover";

interface MenuPopupProps extends Opened {
  align?: "start" | "end";
  side?: "top" | "bottom";
  children: React.ReactNode;
}

/** What a button has opened: choices and things to do. */
export function MenuPopup({ open, onOpenChange, anchor, align = "start", side = "bottom", children }: MenuPopupProps) {
  return (
    <Base.Root open={open} onOpenChange={onOpenChange}>
      <Base.Portal>
        <Base.Positioner anchor={anchor} sideOffset={6} align={align} side={side} collisionPadding={8} className="z-50">
          <Base.Popup finalFocus={anchor} className={cn(popupClass, "min-w-48 p-1")}>
            {children}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}

export function MenuItem({ className, ...props }: Base.Item.Props & { className?: string }) {
  return <Base.Item className={cn(itemClass, className)} {...props} />;
}

export const MenuSeparator = () => <Base.Separator className="my-1 h-px bg-line" />;

interface MenuChoiceProps<T extends string> {
  label: string;
  value: T;
  options: readonly { value: T; label: string }[];
  onChange: (value: T) => void;
}

/** One of a few, with its name above. */
export function MenuChoice<T extends string>({ label, value, options, onChange }: MenuChoiceProps<T>) {
  return (
    <Base.Group>
      <Base.GroupLabel className="px-2 pt-1.5 pb-1 font-medium text-ink-3 text-xs">{label}</Base.GroupLabel>
      <Base.RadioGroup value={value} onValueChange={(next: T) => onChange(next)}>
        {options.map((option) => (
          <Base.RadioItem key={option.value} value={option.value} className={itemClass}>
            <span className="flex size-4 items-center justify-center">
              <Base.RadioItemIndicator>
                <Check className="size-3.5 text-accent" aria-hidden />
              </Base.RadioItemIndicator>
            </span>
            {option.label}
          </Base.RadioItem>
        ))}
      </Base.RadioGroup>
    </Base.Group>
  );
}
