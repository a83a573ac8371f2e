"use client";

import { useTranslations } from "next-intl";
import { useId, useState } from "react";
import { SimulatedForOne, useSimulation } from "#components/access/simulated.tsx";
import { Refused } from "#components/api/failure.tsx";
import type { ApiError } from "#components/api/trpc.ts";
import { useTRPCClient } from "#components/api/trpc.ts";
import { useCommand } from "#components/api/use-command.ts";
import { instantOf } from "#components/people/moments.ts";
import { useRoleName } from "#components/people/names.ts";
import { PersonField } from "#components/people/person-field.tsx";
import type { ChosenRole } from "#components/people/role-fields.tsx";
import { RoleFields } from "#components/people/role-fields.tsx";
import type { RoleHolder } from "#components/people/use-people.ts";
import { usePeopleChanged } from "#components/people/use-people.ts";
import { Button } from "#components/ui/button.tsx";
import type { Choice } from "#components/ui/combobox.tsx";
import { Dialog } from "#components/ui/dialog.tsx";
import { Field, Input, Textarea } from "#components/ui/field.tsx";
import { useTimeZone } from "#components/ui/time.tsx";
import { toast } from "#components/ui/toast.ts";

const EFFECTS = ["ALLOW", "DENY"] as const;
type Effect = (typeof EFFECTS)[number];

interface Grant {
  readonly personId?: string;
  readonly clientId?: string;
  readonly email?: string;
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

/** Whom a command means: by id, or a member by an address that was typed. */
function subjectOf({ id }: Choice, holder: RoleHolder | undefined) {
  if (holder?.clientId) return { clientId: holder.clientId };
  return id.includes("@") ? { email: id.toLowerCase() } : { personId: id };
}

interface GrantDialogProps {
  /** Whom it is for; without one, that is chosen too. */
  person?: RoleHolder;
  /** Where it begins. */
  place?: Choice;
  onClose: () => void;
}

/** Gives a role at a place, or denies it there; for good, or from when until when. What it changes is said before. */
export function GrantDialog({ person, place: given, onClose }: GrantDialogProps) {
  const t = useTranslations("grant");
  const ui = useTranslations("ui");
  const formId = useId();
  const zone = useTimeZone();
  const client = useTRPCClient();
  const changed = usePeopleChanged();
  const roleName = useRoleName();
  const [who, setWho] = useState<Choice | null>(
    person ? { id: person.clientId ?? person.personId ?? "", label: person.name } : null,
  );
  const [chosen, setChosen] = useState<ChosenRole>({ role: "", place: given ?? null });
  const [effect, setEffect] = useState<Effect>("ALLOW");
  const [times, setTimes] = useState({ from: "", until: "" });
  const assign = useCommand<Grant, { id: string }>((input, options) => client.access.assign.mutate(input, options));
  const { role, place } = chosen;
  const [from, until] = [instantOf(times.from, zone), instantOf(times.until, zone)];
  const asked =
    who && role && place
      ? {
          ...subjectOf(who, person),
          role,
          scopeId: place.id,
          effect,
          ...(from ? { from } : {}),
          ...(until ? { until } : {}),
        }
      : null;
  const isSound = !(from && until && until <= from);
  const change = asked && !("email" in asked) && isSound ? ({ kind: "ASSIGN", ...asked } as const) : null;
  const simulation = useSimulation(change);

  const submit = (form: FormData) => {
    if (!asked || !who || !place) return;
    const reason = String(form.get("reason") ?? "").trim();
    void assign.run({ ...asked, ...(reason ? { reason } : {}) }).then(
      () => {
        toast.success(t(effect === "ALLOW" ? "granted" : "denied", { role: roleName(role), place: place.label }), {
          description: who.label,
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
      description={person ? t("lead", { name: person.name }) : t("leadAnybody")}
    >
      <form
        id={formId}
        className="flex flex-col gap-4 px-5 pt-2 pb-4"
        onSubmit={(event) => {
          event.preventDefault();
          submit(new FormData(event.currentTarget));
        }}
      >
        {person ? null : <PersonField label={t("who")} chosen={who} onChange={setWho} addresses />}
        <RoleFields value={chosen} onChange={setChosen} optional={false} ofProgram={person?.clientId !== undefined} />
        <EffectField value={effect} onChange={setEffect} />
        <div className="grid gap-3 sm:grid-cols-2">
          {(["from", "until"] as const).map((name) => (
            <Field key={name} label={t(name)} hint={t(`${name}Hint`, { zone })}>
              {(ids) => (
                <Input
                  {...ids}
                  type="datetime-local"
                  max="9999-12-31T23:59"
                  value={times[name]}
                  onChange={({ target: { value } }) => setTimes((before) => ({ ...before, [name]: value }))}
                />
              )}
            </Field>
          ))}
        </div>
        <Field label={t("reason")} hint={t("reasonHint")}>
          {(ids) => <Textarea {...ids} name="reason" maxLength={500} />}
        </Field>
        {change ? <SimulatedForOne change={change} query={simulation} /> : null}
        <Refused error={assign.error as ApiError | null} />
      </form>
      <div className="flex justify-end gap-2 border-t px-5 py-3">
        <Button onClick={onClose}>{ui("cancel")}</Button>
        <Button
          type="submit"
          form={formId}
          variant={effect === "DENY" ? "danger" : "primary"}
          disabled={assign.isPending || asked === null || simulation.isLoading}
        >
          {t(effect === "ALLOW" ? "submit" : "submitDeny")}
        </Button>
      </div>
    </Dialog>
  );
}
