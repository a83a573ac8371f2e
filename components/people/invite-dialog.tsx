"use client";

import { useLocale, useTranslations } from "next-intl";
import { useId, useState } from "react";
import { Refused } from "#components/api/failure.tsx";
import { useAction } from "#components/api/use-action.ts";
import { useMe } from "#components/identity/me.tsx";
import type { PeopleActions } from "#components/people/people-page.tsx";
import type { ChosenRole } from "#components/people/role-fields.tsx";
import { RoleFields } from "#components/people/role-fields.tsx";
import { usePeopleChanged } from "#components/people/use-people.ts";
import { Button } from "#components/ui/button.tsx";
import { Dialog } from "#components/ui/dialog.tsx";
import { Field, Input, Select } from "#components/ui/field.tsx";
import { toast } from "#components/ui/toast.ts";
import type { Language } from "#server/domain/identity/rules.ts";
import { LANGUAGES } from "#server/domain/identity/rules.ts";
import { INVITATION_HOURS } from "#server/domain/people/rules.ts";

interface InviteProps {
  invite: PeopleActions["invite"];
  onClose: () => void;
  onDone: () => void;
}

/** Who, in which language, and what they hold from their first minute on. The link goes to the mailbox alone. */
export function InviteDialog({ invite, onClose, onDone }: InviteProps) {
  const t = useTranslations("invite");
  const ui = useTranslations("ui");
  const languages = useTranslations("languages");
  const locale = useLocale() as Language;
  const { may, mayInTenant, tenant } = useMe();
  const formId = useId();
  const changed = usePeopleChanged();
  const { run, isPending, error } = useAction(invite);
  const [chosen, setChosen] = useState<ChosenRole>({ role: "", place: null });
  const incomplete = chosen.role !== "" && chosen.place === null;

  async function submit(form: FormData) {
    const text = (name: string) => String(form.get(name) ?? "").trim();
    const email = text("email");
    const { role, place } = chosen;
    const answer = await run({
      email,
      name: text("name"),
      language: text("language") as Language,
      ...(role && place ? { role, scopeId: place.id } : {}),
    });
    if (!answer) return;
    toast.success(t("done"), { description: email });
    changed();
    onDone();
  }

  return (
    <Dialog
      open
      onClose={onClose}
      closeLabel={ui("close")}
      title={t("title")}
      description={t("lead", { tenant: tenant.name, hours: INVITATION_HOURS })}
    >
      <form
        id={formId}
        className="flex flex-col gap-4 px-5 pt-2 pb-4"
        onSubmit={(event) => {
          event.preventDefault();
          void submit(new FormData(event.currentTarget));
        }}
      >
        <Field label={t("email")}>
          {(ids) => <Input {...ids} name="email" type="email" autoComplete="off" maxLength={320} required autoFocus />}
        </Field>
        <Field label={t("name")}>
          {(ids) => <Input {...ids} name="name" autoComplete="off" maxLength={120} required />}
        </Field>
        <Field label={t("language")} hint={t("languageHint")}>
          {(ids) => (
            <Select {...ids} name="language" defaultValue={locale}>
              {LANGUAGES.map((language) => (
                <option key={language} value={language} lang={language}>
                  {languages(language)}
                </option>
              ))}
            </Select>
          )}
        </Field>
        {may("access:write") ? (
          <RoleFields value={chosen} onChange={setChosen} optional={mayInTenant("people:write")} />
        ) : null}
        <Refused error={error} />
      </form>
      <div className="flex justify-end gap-2 border-t px-5 py-3">
        <Button onClick={onClose}>{ui("cancel")}</Button>
        <Button type="submit" form={formId} variant="primary" disabled={isPending || incomplete}>
          {t("submit")}
        </Button>
      </div>
    </Dialog>
  );
}
