"use client";

import { useTranslations } from "next-intl";
import { useId } from "react";
import { useController } from "react-hook-form";
import { typeLabel } from "#components/approvals/amount.ts";
import { kindOfField } from "#components/approvals/form/payload-fields.ts";
import type { RequestForm } from "#components/approvals/form/use-request-form.ts";
import { errorAt } from "#components/approvals/form/use-request-form.ts";
import { CheckField } from "#components/ui/checkbox.tsx";
import { cn } from "#components/ui/cn.ts";
import { Field, Input, Select, Textarea } from "#components/ui/field.tsx";
import type { Kind, Property } from "#server/domain/payload-schemas/rules.ts";

/** From this length on a text has a box of several lines. */
const LONG = 200;

/** What a box is called; where it may stay empty it says so. */
export function Label({ text, required }: { text: string; required: boolean }) {
  const t = useTranslations("request");
  return required ? (
    text
  ) : (
    <>
      {text} <span className="font-normal text-ink-3">{t("optional")}</span>
    </>
  );
}

export const labelOf = (name: string, property: Property | undefined) => property?.title ?? typeLabel(name);

/** Whether a field takes the whole width. */
export const isWide = (property: Property) => {
  const kind = kindOfField(property);
  return kind === "choices" || kind === "list" || (kind === "text" && (property.maxLength ?? 0) >= LONG);
};

interface InputProps {
  name: string;
  property: Property;
  required: boolean;
  form: RequestForm;
}

type Ids = Parameters<React.ComponentProps<typeof Field>["children"]>[0];
type Registered = ReturnType<RequestForm["register"]>;

const INPUTS: Partial<Record<Kind, React.ComponentProps<"input">>> = {
  number: { inputMode: "decimal" },
  integer: { inputMode: "numeric" },
  date: { type: "date" },
  email: { type: "email", inputMode: "email" },
  uri: { type: "url", inputMode: "url", placeholder: "https://" },
};

function Control({ property, ids, registered }: { property: Property; ids: Ids; registered: Registered }) {
  const t = useTranslations("request");
  const kind = kindOfField(property);
  if (kind === "boolean" || kind === "choice") {
    const options =
      kind === "boolean"
        ? [
            { value: "true", label: t("yes") },
            { value: "false", label: t("no") },
          ]
        : (property.enum ?? []).map((value) => ({ value, label: value }));
    return (
      <Select {...ids} {...registered}>
        <option value="">{t("choose")}</option>
        {options.map(({ value, label }) => (
          <option key={value} value={value}>
            {label}
          </option>
        ))}
      </Select>
    );
  }
  if (kind === "list" || isWide(property)) return <Textarea {...ids} {...registered} rows={3} />;
  return <Input {...ids} {...registered} {...INPUTS[kind]} autoComplete="off" />;
}

/** Several of a list, to be ticked. */
function Choices({ name, property, required, form }: InputProps) {
  const id = useId();
  const { field } = useController({ control: form.control, name: `payload.${name}` });
  const ticked = Array.isArray(field.value) ? field.value : [];
  const toggle = (choice: string) =>
    field.onChange(ticked.includes(choice) ? ticked.filter((other) => other !== choice) : [...ticked, choice]);
  const error = errorAt(form.formState.errors, `payload.${name}`);
  const note = error ?? property.description;
  return (
    <fieldset aria-describedby={note ? `${id}-note` : undefined} className="flex flex-col gap-1">
      <legend className="font-medium text-sm">
        <Label text={labelOf(name, property)} required={required} />
      </legend>
      <div className="flex max-h-48 flex-wrap gap-x-5 overflow-y-auto">
        {(property.items?.enum ?? []).map((choice, index) => (
          <CheckField
            key={choice}
            className="-ml-1.5"
            checked={ticked.includes(choice)}
            ref={index === 0 ? field.ref : undefined}
            onBlur={field.onBlur}
            onChange={() => toggle(choice)}
          >
            {choice}
          </CheckField>
        ))}
      </div>
      {note ? (
        <p id={`${id}-note`} className={cn("text-xs", error ? "text-bad" : "text-ink-3")}>
          {note}
        </p>
      ) : null}
    </fieldset>
  );
}

/** A field that a policy asks for, as its kind wants to be filled in. */
export function FieldInput(props: InputProps) {
  const { name, property, required, form } = props;
  const t = useTranslations("request");
  const kind = kindOfField(property);
  if (kind === "choices") return <Choices {...props} />;
  const hint = property.description ?? (kind === "list" ? t("onePerLine") : undefined);
  return (
    <Field
      label={<Label text={labelOf(name, property)} required={required} />}
      hint={hint}
      error={errorAt(form.formState.errors, `payload.${name}`)}
    >
      {(ids) => (
        <Control
          property={property}
          ids={{ ...ids, ...(required ? { "aria-required": true } : {}) }}
          registered={form.register(`payload.${name}`)}
        />
      )}
    </Field>
  );
}
