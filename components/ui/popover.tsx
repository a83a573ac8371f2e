"use client";

import { lazily } from "#components/ui/first-sign.ts";
import { Opener } from "#components/ui/opener.tsx";

const PopoverPopup = lazily(() => import("#components/ui/popup.tsx").then((m) => m.PopoverPopup));

interface PopoverProps {
  label: string;
  trigger: React.ReactElement<React.ComponentProps<"button">>;
  align?: "start" | "center" | "end";
  className?: string;
  children: React.ReactNode;
}

/** A popover that its own trigger opens. */
export function Popover({ trigger, ...popup }: PopoverProps) {
  return (
    <Opener kind="dialog" trigger={trigger}>
      {(opened) => <PopoverPopup {...opened} {...popup} />}
    </Opener>
  );
}
