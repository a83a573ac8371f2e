"use client";

import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useId, useState } from "react";
import { Refused } from "#components/api/failure.tsx";
import type { ApiError } from "#components/api/trpc.ts";
import { useTRPC, useTRPCClient } from "#components/api/trpc.ts";
import { useCommand } from "#components/api/use-command.ts";
import type { SessionInputs, SessionLimits } from "#components/sessions/use-sessions.ts";
import { useSessionsChanged } from "#components/sessions/use-sessions.ts";
import { Button } from "#components/ui/button.tsx";
import { CheckField } from "#components/ui/checkbox.tsx";
import { Dialog } from "#components/ui/dialog.tsx";
import { Field, Input } from "#components/ui/field.tsx";
import { Skeleton } from "#components/ui/notice.tsx";
import { toast } from "#components/ui/toast.ts";
import { BULK_MAX } from "#server/domain/bulks/rules.ts";
import { CONCURRENT_MAX, IDLE_MIN_MINUTES } from "#server/domain/sessions/rules.ts";

type Limits = SessionInputs["setLimits"];

interface FieldsProps {
  limits: SessionLimits;
  onClose: () => void;
}

/** Nothing is ended before it was said how much: the first press tries, the second saves. */
function Form({ limits, onClose }: FieldsProps) {
  const t = useTranslations("sessionLimits");
  const ui = useTranslations("ui");
  const formId = useId();
  const client = useTRPCClient();
  const changed = useSessionsChanged();
  const [foreseen, setForeseen] = useState<{ limits: Limits; ended: number } | null>(null);
  const tried = useCommand<Limits, { ended: number }>((input, options) =>
    client.sessions.tryLimits.mutate(input, options),
  );
  const saved = useCommand<Limits, { ended: number }>((input, options) =>
    client.sessions.setLimits.mutate(input, options),
  );
  const { installation, version } = limits;
  const save = async (wanted: Limits) => {
    const { ended } = await saved.run(wanted);
    toast.success(t("saved"), { description: t("savedEnded", { count: ended }) });
    changed();
    onClose();
  };
  const submit = async (form: FormData) => {
    const number = (name: string) => (form.get(name) ? Number(form.get(name)) : null);
    const wanted = {
      idleMinutes: number("idleMinutes"),
      absoluteHours: number("absoluteHours"),
      concurrent: number("concurrent"),
      stepUpBulk: number("stepUpBulk"),
      secondFactor: form.get("secondFactor") === "on",
      version,
    };
    if (foreseen) return save(foreseen.limits);
    const { ended } = await tried.run(wanted);
    if (ended === 0) return save(wanted);
    setForeseen({ limits: wanted, ended });
  };
  const fields = [
    { name: "idleMinutes", min: IDLE_MIN_MINUTES, max: installation.idleMinutes, value: limits.idleMinutes },
    { name: "absoluteHours", min: 1, max: installation.absoluteHours, value: limits.absoluteHours },
    { name: "concurrent", min: 1, max: CONCURRENT_MAX, value: limits.concurrent },
    { name: "stepUpBulk", min: 0, max: BULK_MAX, value: limits.stepUpBulk },
  ] as const;
  return (
    <>
      <form
        id={formId}
        className="flex flex-col gap-4 px-5 pt-2 pb-4"
        onChange={() => setForeseen(null)}
        onSubmit={(event) => {
          event.preventDefault();
          submit(new FormData(event.currentTarget)).catch(() => {}); // shown below
        }}
      >
        {fields.map(({ name, min, max, value }) => (
          <Field key={name} label={t(name)} hint={t(`${name}Hint`, { max, usual: installation[name] })}>
            {(ids) => (
              <Input
                {...ids}
                name={name}
                type="number"
                inputMode="numeric"
                min={min}
                max={max}
                defaultValue={value ?? ""}
                className="w-32"
              />
            )}
          </Field>
        ))}
        <div>
          <CheckField
            name="secondFactor"
            defaultChecked={limits.secondFactor}
            aria-describedby={`${formId}-factor`}
            className="-ml-1.5 font-medium"
          >
            {t("secondFactor")}
          </CheckField>
          <p id={`${formId}-factor`} className="text-ink-3 text-xs">
            {t("secondFactorHint")}
          </p>
        </div>
        {foreseen ? (
          <p role="status" className="rounded-lg bg-warn-soft px-3 py-2 text-sm">
            {t("wouldEnd", { count: foreseen.ended })}
          </p>
        ) : null}
        <Refused error={(saved.error ?? tried.error) as ApiError | null} />
      </form>
      <div className="flex justify-end gap-2 border-t px-5 py-3">
        <Button onClick={onClose}>{ui("cancel")}</Button>
        <Button
          type="submit"
          form={formId}
          variant={foreseen ? "danger" : "primary"}
          disabled={saved.isPending || tried.isPending}
        >
          {foreseen ? t("saveAndEnd", { count: foreseen.ended }) : t("save")}
        </Button>
      </div>
    </>
  );
}

/** How long sessions of the tenant live, how many one person may have, how much one decides without a proof, and whether all need a second factor. */
export function LimitsDialog({ onClose }: { onClose: () => void }) {
  const t = useTranslations("sessionLimits");
  const ui = useTranslations("ui");
  const trpc = useTRPC();
  // Read when it opens: what is edited must be what is there.
  const { data, error, isFetching } = useQuery({ ...trpc.sessions.limits.queryOptions({}), staleTime: 0 });
  return (
    <Dialog open onClose={onClose} closeLabel={ui("close")} title={t("title")} description={t("lead")}>
      {data && !isFetching ? (
        <Form limits={data} onClose={onClose} />
      ) : (
        <div aria-busy={!error} className="flex flex-col gap-4 px-5 pt-2 pb-6">
          {error ? <Refused error={error} /> : [1, 2, 3, 4].map((row) => <Skeleton key={row} className="h-8 w-48" />)}
        </div>
      )}
    </Dialog>
  );
}
