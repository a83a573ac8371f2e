"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import { FieldInput, isWide, Label } from "#components/approvals/form/field-input.tsx";
import type { RequestForm } from "#components/approvals/form/use-request-form.ts";
import { errorAt } from "#components/approvals/form/use-request-form.ts";
import { Button } from "#components/ui/button.tsx";
import { cn } from "#components/ui/cn.ts";
import { Field, Textarea } from "#components/ui/field.tsx";
import type { PayloadSchema } from "#server/domain/payload-schemas/rules.ts";

/** As much as a payload holds. */
const REST_MAX = 64 * 1024;

/** What no field is there for, for whoever needs it: shown once it is asked for, or has something in it. */
function Rest({ form, filled }: { form: RequestForm; filled: boolean }) {
  const t = useTranslations("request");
  const [open, setOpen] = useState(false);
  if (!open && !filled)
    return (
      <Button size="sm" variant="ghost" className="-ml-2 self-start" onClick={() => setOpen(true)}>
        {t("addRest")}
      </Button>
    );
  return (
    <Field
      label={<Label text={t("rest")} required={false} />}
      hint={t("restHint")}
      error={errorAt(form.formState.errors, "rest")}
    >
      {(ids) => (
        <Textarea
          {...ids}
          {...form.register("rest")}
          rows={4}
          maxLength={REST_MAX}
          spellCheck={false}
          autoCapitalize="off"
          className="font-mono text-sm"
          placeholder="{ }"
        />
      )}
    </Field>
  );
}

interface TypeProps {
  schema: PayloadSchema | null;
  form: RequestForm;
  /** Whether something is written beside the fields. */
  rest: boolean;
}

/** The fields that the policy of the type asks for, in its order. */
export function TypeFields({ schema, form, rest }: TypeProps) {
  const t = useTranslations("request");
  const fields = Object.entries(schema?.properties ?? {});
  const besides = schema?.additionalProperties === false ? null : <Rest form={form} filled={rest} />;
  if (fields.length === 0 && !schema?.title && !schema?.description) return besides;
  return (
    <section className="flex flex-col gap-4">
      <div className="flex flex-col gap-0.5">
        <h2 className="font-semibold text-ink-2 text-sm">{schema?.title ?? t("details")}</h2>
        {schema?.description ? <p className="text-ink-2 text-sm">{schema.description}</p> : null}
      </div>
      {fields.length > 0 ? (
        <div className="grid items-start gap-x-4 gap-y-4 sm:grid-cols-2">
          {fields.map(([name, property]) => (
            <div key={name} className={cn(isWide(property) && "sm:col-span-2")}>
              <FieldInput
                name={name}
                property={property}
                required={schema?.required?.includes(name) ?? false}
                form={form}
              />
            </div>
          ))}
        </div>
      ) : null}
      {besides}
    </section>
  );
}
