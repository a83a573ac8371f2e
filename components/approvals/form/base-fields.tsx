"use client";

import { useLocale, useTranslations } from "next-intl";
import { formatAmount, parseAmount } from "#components/approvals/amount.ts";
import { Label } from "#components/approvals/form/field-input.tsx";
import type { RequestForm } from "#components/approvals/form/use-request-form.ts";
import { errorAt } from "#components/approvals/form/use-request-form.ts";
import type { Values } from "#components/approvals/form/values.ts";
import { Field, Input, Select, Textarea } from "#components/ui/field.tsx";
import { PRIORITIES } from "#server/domain/approvals/rules.ts";

/** An amount as it will be read, while it is typed. */
function useAmountHint(typed: string): string | undefined {
  const locale = useLocale();
  const amount = typed.trim() === "" ? null : parseAmount(typed);
  const read = amount === null ? undefined : formatAmount(amount, locale);
  return read === typed.trim() ? undefined : read;
}

interface BaseProps {
  form: RequestForm;
  values: Values;
  /** What is due where no date is given. */
  dueHint?: string | undefined;
  /** Whom it is for is said once, when it is first sent. */
  requester: boolean;
}

/** What every request has, whatever its type. */
export function BaseFields({ form, values, dueHint, requester }: BaseProps) {
  const t = useTranslations("request");
  const names = useTranslations("approval");
  const priorities = useTranslations("priority");
  const amountHint = useAmountHint(values.amount);
  const error = (path: string) => errorAt(form.formState.errors, path);
  return (
    <section className="flex flex-col gap-4">
      <Field label={names("title")} error={error("title")}>
        {(ids) => <Input {...ids} {...form.register("title")} maxLength={500} aria-required autoComplete="off" />}
      </Field>
      <div className="grid grid-cols-2 items-start gap-4 sm:grid-cols-3">
        <Field label={<Label text={names("amount")} required={false} />} hint={amountHint} error={error("amount")}>
          {(ids) => (
            <Input {...ids} {...form.register("amount")} inputMode="decimal" maxLength={24} autoComplete="off" />
          )}
        </Field>
        <Field label={names("priority")}>
          {(ids) => (
            <Select {...ids} {...form.register("priority")}>
              {PRIORITIES.map((priority) => (
                <option key={priority} value={priority}>
                  {priorities(priority)}
                </option>
              ))}
            </Select>
          )}
        </Field>
        <Field
          label={<Label text={t("due")} required={false} />}
          hint={values.due === "" ? dueHint : undefined}
          error={error("due")}
          className="col-span-2 sm:col-span-1"
        >
          {(ids) => <Input {...ids} {...form.register("due")} type="date" />}
        </Field>
      </div>
      {requester ? (
        <Field
          label={<Label text={t("requester")} required={false} />}
          hint={t("requesterHint")}
          error={error("requesterEmail")}
        >
          {(ids) => (
            <Input
              {...ids}
              {...form.register("requesterEmail")}
              type="email"
              inputMode="email"
              maxLength={320}
              autoComplete="off"
            />
          )}
        </Field>
      ) : null}
      <Field
        label={<Label text={names("summary")} required={false} />}
        hint={t("summaryHint")}
        error={error("summary")}
      >
        {(ids) => (
          <Textarea
            {...ids}
            {...form.register("summary")}
            maxLength={10_000}
            rows={4}
            className="field-sizing-content max-h-96 min-h-20"
          />
        )}
      </Field>
    </section>
  );
}
