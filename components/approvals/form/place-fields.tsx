"use client";

import type { inferRouterOutputs } from "@trpc/server";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { typeLabel } from "#components/approvals/amount.ts";
import type { RequestForm } from "#components/approvals/form/use-request-form.ts";
import { errorAt } from "#components/approvals/form/use-request-form.ts";
import type { Values } from "#components/approvals/form/values.ts";
import { Field, Input, Select } from "#components/ui/field.tsx";
import type { AppRouter } from "#server/api/root.ts";

export type Prepared = inferRouterOutputs<AppRouter>["approvals"]["prepare"];

const OTHER = " "; // no type begins with a space

const placeName = ({ code, name }: { code: string; name: string }) => (code === name ? code : `${code} · ${name}`);

/** What is asked for, and of which organisation. */
export function PlaceFields({ form, values, prepared }: { form: RequestForm; values: Values; prepared: Prepared }) {
  const t = useTranslations("request");
  const { types, orgs, cycles } = prepared;
  const known = types.some(({ type }) => type === values.type);
  const [other, setOther] = useState(false);
  const free = other || (values.type !== "" && !known);
  const { errors } = form.formState;
  return (
    <section className="grid items-start gap-4 sm:grid-cols-2">
      <div className="flex flex-col gap-3">
        <Field label={t("type")} error={free ? undefined : errorAt(errors, "type")}>
          {(ids) => (
            <Select
              {...ids}
              aria-required
              ref={free ? undefined : form.register("type").ref}
              value={free ? OTHER : values.type}
              onChange={({ target: { value } }) => {
                setOther(value === OTHER);
                form.setValue("type", value === OTHER ? "" : value, {
                  shouldDirty: true,
                  shouldValidate: value !== OTHER,
                });
              }}
            >
              <option value="">{t("choose")}</option>
              {types.map(({ type, name }) => (
                <option key={type} value={type} title={name}>
                  {typeLabel(type)}
                </option>
              ))}
              <option value={OTHER}>{t("otherType")}</option>
            </Select>
          )}
        </Field>
        {free ? (
          <Field label={t("typeName")} hint={t("typeNameHint")} error={errorAt(errors, "type")}>
            {(ids) => <Input {...ids} {...form.register("type")} maxLength={80} aria-required autoComplete="off" />}
          </Field>
        ) : null}
      </div>
      <Field label={t("org")} error={errorAt(errors, "orgId")}>
        {(ids) => (
          <Select {...ids} {...form.register("orgId")} aria-required>
            <option value="">{t("choose")}</option>
            {orgs.map((org) => (
              <option key={org.id} value={org.id}>
                {placeName(org)}
              </option>
            ))}
            {cycles.length > 0 ? (
              <optgroup label={t("cycles")}>
                {cycles.map(({ org, ...cycle }) => (
                  <option key={cycle.id} value={cycle.id}>
                    {`${org.code} · ${placeName(cycle)}`}
                  </option>
                ))}
              </optgroup>
            ) : null}
          </Select>
        )}
      </Field>
    </section>
  );
}
