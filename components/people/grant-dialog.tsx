"use client";

import { useTranslations } from "next-intl";
import { useId, useState } from "react";
import { Refused } from "#components/api/confirm-dialog.tsx";
import type { ApiError } from "#components/api/trpc.ts";
import { useTRPCClient } from "#components/api/trpc.ts";
import { useCommand } from "#components/api/use-command.ts";
import { instantOf } from "#components/people/moments.ts";
import { useRoleName } from "#components/people/names.ts";
import type { ChosenRole } from "#components/people/role-fields.tsx";
import { RoleFields } from "#components/people/role-fields.tsx";
import type { RoleHolder } from "#components/people/use-people.ts";
import { usePeopleChanged } from "#components/people/use-people.ts";
import { Button } from "#components/ui/button.tsx";
import { Dialog } from "#components/ui/dialog.tsx";
import { Field, Input, Textarea } from "#components/ui/field.tsx";
import { useTimeZone } from "#components/ui/time.tsx";
import { toast } from "#components/ui/toast.ts";

const EFFECTS = ["ALLOW", "DENY"] as const;
type Effect = (typeof EFFECTS)[number];

interface Grant {
  readonly personId?: string;
  readonly clientId?: string;
  readonly role: string;
  readonly scopeId: string;
  readonly effect: Effect;
  readonly from?: string;
  readonly until?: string;
  readonly reason?: string;
}

function EffectField({ value, onChange }: { value: Effect; onChange: (effect: Effect) => void }) {
  const t = useTranslations("grant");
  return (
    <fieldset className="flex flex-col gap-1">
      <legend className="pb-1 font-medium text-sm">{t("effect")}</legend>
      {EFFECTS.map((effect) => (
        <label key={effect} className="flex min-h-8 items-start gap-2 text-sm">
          <input
            type="radio"
            name="effect"
            checked={value === effect}
            onChange={() => onChange(effect)}
            className="mt-0.5 size-4 accent-accent"
          />
          <span>
            {t(`effects.${effect}`)} <span className="block text-ink-3 text-xs">{t(`effectNotes.${effect}`)}</span>
          </span>
        </label>
      ))}
    </fieldset>
  );
}

/** Gives a role at a place, or denies it there; for good, or from when until when. */
export function GrantDialog({ person, onClose }: { person: RoleHolder; onClose: () => void }) {
  const t = useTranslations("grant");
  const ui = useTranslations("ui");
  const formId = useId();
  const zone = useTimeZone();
  const client = useTRPCClient();
  const changed = usePeopleChanged();
  const roleName = useRoleName();
  const [chosen, setChosen] = useState<ChosenRole>({ role: "", place: null });
  const [effect, setEffect] = useState<Effect>("ALLOW");
  const assign = useCommand<Grant, { id: string }>((input, options) => client.access.assign.mutate(input, options));
  const { role, place } = chosen;

  const submit = (form: FormData) => {
    if (!role || !place) return;
    const text = (name: string) => String(form.get(name) ?? "").trim();
    const [from, until, reason] = [instantOf(text("from"), zone), instantOf(text("until"), zone), text("reason")];
    const input = {
      ...(person.clientId ? { clientId: person.clientId } : { personId: person.personId }),
      role,
      scopeId: place.id,
      effect,
      ...(from ? { from } : {}),
      ...(until ? { until } : {}),
      ...(reason ? { reason } : {}),
    };
    void assign.run(input).then(
      () => {
        toast.success(t(effect === "ALLOW" ? "granted" : "denied", { role: roleName(role), place: place.label }), {
          description: person.name,
        });
        changed();
        onClose();
      },
      () => {}, // shown in the dialog
    );
  };

  return (
    <Dialog
      open
      onClose={onClose}
      closeLabel={ui("close")}
      title={t("title")}
      description={t("lead", { name: person.name })}
    >
      <form
        id={formId}
        className="flex flex-col gap-4 px-5 pt-2 pb-4"
        onSubmit={(event) => {
          event.preventDefault();
          submit(new FormData(event.currentTarget));
        }}
      >
        <RoleFields value={chosen} onChange={setChosen} optional={false} ofProgram={person.clientId !== undefined} />
        <EffectField value={effect} onChange={setEffect} />
        <div className="grid gap-3 sm:grid-cols-2">
          <Field label={t("from")} hint={t("fromHint", { zone })}>
            {(ids) => <Input {...ids} type="datetime-local" name="from" max="9999-12-31T23:59" />}
          </Field>
          <Field label={t("until")} hint={t("untilHint", { zone })}>
            {(ids) => <Input {...ids} type="datetime-local" name="until" max="9999-12-31T23:59" />}
          </Field>
        </div>
        <Field label={t("reason")} hint={t("reasonHint")}>
          {(ids) => <Textarea {...ids} name="reason" maxLength={500} />}
        </Field>
        <Refused error={assign.error as ApiError | null} />
      </form>
      <div className="flex justify-end gap-2 border-t px-5 py-3">
        <Button onClick={onClose}>{ui("cancel")}</Button>
        <Button
          type="submit"
          form={formId}
          variant={effect === "DENY" ? "danger" : "primary"}
          disabled={assign.isPending || !role || !place}
        >
          {t(effect === "ALLOW" ? "submit" : "submitDeny")}
        </Button>
      </div>
    </Dialog>
  );
}
