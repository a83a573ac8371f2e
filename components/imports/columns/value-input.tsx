"use client";

import { useId } from "react";
import type { Columns } from "#components/imports/columns/map-draft.ts";
import { Input, Select } from "#components/ui/field.tsx";
import { PRIORITIES } from "#server/domain/approvals/rules.ts";

/** What a field holds: it says what one may choose as its value. */
export type Kind = "org" | "priority" | "text";

interface ValueProps extends Omit<React.ComponentProps<"input">, "onChange"> {
  kind: Kind;
  organisations: Columns["organisations"];
  onValue: (value: string) => void;
}

/** A value of a field: one of four priorities, an organisation's code, or any text. */
export function ValueInput({ kind, organisations, value, onValue, placeholder, className, ...ids }: ValueProps) {
  const listId = useId();
  if (kind === "priority")
    return (
      <Select
        id={ids.id}
        aria-label={ids["aria-label"]}
        aria-describedby={ids["aria-describedby"]}
        className={className}
        value={value}
        onChange={(event) => onValue(event.target.value)}
      >
        <option value="">{placeholder}</option>
        {PRIORITIES.map((priority) => (
          <option key={priority} value={priority}>
            {priority}
          </option>
        ))}
      </Select>
    );
  return (
    <>
      <Input
        {...ids}
        className={className}
        maxLength={10_000}
        list={kind === "org" ? listId : undefined}
        value={value}
        placeholder={placeholder}
        onChange={(event) => onValue(event.target.value)}
      />
      {kind === "org" ? (
        <datalist id={listId}>
          {organisations.map(({ code, name }) => (
            <option key={code} value={code}>
              {name}
            </option>
          ))}
        </datalist>
      ) : null}
    </>
  );
}
