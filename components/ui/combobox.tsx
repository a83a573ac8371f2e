"use client";

import { Combobox as Base } from "@base-ui/react/combobox";
import { Check, ChevronsUpDown } from "lucide-react";
import { useRef } from "react";
import { cn } from "#components/ui/cn.ts";
import { inputClass } from "#components/ui/field.tsx";
import { popupClass } from "#components/ui/popup-class.ts";

export interface Choice {
  readonly id: string;
  readonly label: string;
  /** Beside the label; what is typed is looked for in both. */
  readonly hint?: string;
  /** How far it is indented: what stands below what. */
  readonly depth?: number;
}

interface ComboboxProps {
  /** Ties it to its label and its note. */
  ids: { id: string; "aria-describedby": string | undefined; "aria-invalid": boolean | undefined };
  /** As its label says it: while the list is open the label itself is hidden from assistive technology. */
  label: string;
  choices: readonly Choice[];
  chosen: Choice | null;
  onChange: (choice: Choice | null) => void;
  placeholder: string;
  empty: string;
  openLabel: string;
  /** Where the choices are found elsewhere: told what is typed, and nothing is left out here. */
  onType?: (text: string) => void;
}

/** The same object as long as it is the same choice: another one would put back what is being typed. */
function useSame(chosen: Choice | null): Choice | null {
  const kept = useRef(chosen);
  const { current } = kept;
  if (current?.id !== chosen?.id || current?.label !== chosen?.label || current?.hint !== chosen?.hint)
    kept.current = chosen;
  return kept.current;
}

/** One of many, found by typing. */
export function Combobox({
  ids,
  label,
  choices,
  chosen,
  onChange,
  placeholder,
  empty,
  openLabel,
  onType,
}: ComboboxProps) {
  return (
    <Base.Root
      items={choices}
      value={useSame(chosen)}
      onValueChange={onChange}
      itemToStringLabel={({ label, hint }: Choice) => (hint ? `${label} (${hint})` : label)}
      isItemEqualToValue={(item: Choice, value: Choice) => item.id === value.id}
      autoHighlight
      {...(onType ? { onInputValueChange: onType, filter: null } : {})}
    >
      <Base.InputGroup className="relative">
        <Base.Input {...ids} aria-label={label} placeholder={placeholder} className={cn(inputClass, "h-8 pr-9")} />
        <Base.Trigger
          aria-label={openLabel}
          className="absolute inset-y-0 right-0 flex w-8 items-center justify-center rounded-md text-ink-3 hover:text-ink"
        >
          <ChevronsUpDown className="size-3.5" aria-hidden />
        </Base.Trigger>
      </Base.InputGroup>
      <Base.Portal>
        <Base.Positioner role="region" aria-label={openLabel} sideOffset={4} className="z-60">
          <Base.Popup className={cn(popupClass, "w-(--anchor-width) max-w-(--available-width)")}>
            <Base.Empty className="px-3 py-3 text-ink-2 text-sm empty:p-0">{empty}</Base.Empty>
            <Base.List className="max-h-[min(18rem,var(--available-height))] overflow-y-auto p-1 data-empty:p-0">
              {(choice: Choice) => (
                <Base.Item
                  key={choice.id}
                  value={choice}
                  style={{ paddingLeft: `${0.5 + (choice.depth ?? 0)}rem` }}
                  className="flex min-h-8 cursor-default select-none items-center gap-2 rounded-md pr-2 text-sm outline-none data-highlighted:bg-hover"
                >
                  <span className="min-w-0 flex-1 truncate">{choice.label}</span>
                  {choice.hint ? <span className="font-mono text-ink-3 text-xs">{choice.hint}</span> : null}
                  <Base.ItemIndicator>
                    <Check className="size-3.5 text-accent" aria-hidden />
                  </Base.ItemIndicator>
                </Base.Item>
              )}
            </Base.List>
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
