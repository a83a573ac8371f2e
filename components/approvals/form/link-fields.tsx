"use client";

import { Plus, Trash2 } from "lucide-react";
import { useTranslations } from "next-intl";
import { useFieldArray } from "react-hook-form";
import { Label } from "#components/approvals/form/field-input.tsx";
import type { RequestForm } from "#components/approvals/form/use-request-form.ts";
import { errorAt } from "#components/approvals/form/use-request-form.ts";
import { Button } from "#components/ui/button.tsx";
import { Field, Input } from "#components/ui/field.tsx";
import { LINK_TITLE_MAX, LINKS_MAX, linkOf, URL_MAX } from "#server/domain/attachments/rules.ts";

/** Where an address leads, as far as it is one. */
function useHost(url: string | undefined): string | undefined {
  const t = useTranslations("request");
  const link = linkOf((url ?? "").trim());
  return "flaw" in link ? undefined : t("opens", { host: link.host });
}

interface RowProps {
  form: RequestForm;
  index: number;
  url: string | undefined;
  onRemove: () => void;
}

function LinkRow({ form, index, url, onRemove }: RowProps) {
  const t = useTranslations("request");
  const host = useHost(url);
  const { errors } = form.formState;
  return (
    <li className="grid grid-cols-[minmax(0,1fr)_auto] items-start gap-x-2 gap-y-3 sm:grid-cols-[minmax(0,2fr)_minmax(0,3fr)_auto]">
      <Field
        label={<Label text={t("linkTitle")} required={false} />}
        error={errorAt(errors, `attachments.${index}.title`)}
        className="col-span-2 sm:col-span-1"
      >
        {(ids) => <Input {...ids} {...form.register(`attachments.${index}.title`)} maxLength={LINK_TITLE_MAX} />}
      </Field>
      <Field label={t("linkUrl")} hint={host} error={errorAt(errors, `attachments.${index}.url`)}>
        {(ids) => (
          <Input
            {...ids}
            {...form.register(`attachments.${index}.url`)}
            type="url"
            inputMode="url"
            placeholder="https://"
            maxLength={URL_MAX}
            autoComplete="off"
            aria-required
          />
        )}
      </Field>
      <Button
        variant="ghost"
        size="icon"
        className="mt-6.5"
        aria-label={t("removeLink", { place: index + 1 })}
        onClick={onRemove}
      >
        <Trash2 className="size-3.5" aria-hidden />
      </Button>
    </li>
  );
}

/** What belongs to the request and lies elsewhere. */
export function LinkFields({ form, urls }: { form: RequestForm; urls: readonly string[] }) {
  const t = useTranslations("request");
  const { fields, append, remove } = useFieldArray({ control: form.control, name: "attachments" });
  return (
    <section className="flex flex-col gap-3">
      <div className="flex flex-col gap-0.5">
        <h2 className="font-semibold text-ink-2 text-sm">{t("links")}</h2>
        <p className="text-ink-3 text-xs">{t("linksLead")}</p>
      </div>
      {fields.length > 0 ? (
        <ol className="flex flex-col gap-4">
          {fields.map((field, index) => (
            <LinkRow key={field.id} form={form} index={index} url={urls[index]} onRemove={() => remove(index)} />
          ))}
        </ol>
      ) : null}
      <Button
        size="sm"
        className="self-start"
        disabled={fields.length >= LINKS_MAX}
        onClick={() => append({ title: "", url: "" })}
      >
        <Plus className="size-3.5" aria-hidden />
        {t("addLink")}
      </Button>
    </section>
  );
}
