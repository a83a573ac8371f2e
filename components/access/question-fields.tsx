"use client";

import { useQuery } from "@tanstack/react-query";
import type { inferRouterOutputs } from "@trpc/server";
import { useTranslations } from "next-intl";
import type { AccessView } from "#components/access/view.ts";
import { useTRPC } from "#components/api/trpc.ts";
import { useMe } from "#components/identity/me.tsx";
import { instantOf, localOf } from "#components/people/moments.ts";
import { PersonField } from "#components/people/person-field.tsx";
import { cn } from "#components/ui/cn.ts";
import type { Choice } from "#components/ui/combobox.tsx";
import { Combobox } from "#components/ui/combobox.tsx";
import { Field, Input, Select } from "#components/ui/field.tsx";
import { useClock, useTimeZone } from "#components/ui/time.tsx";
import type { AppRouter } from "#server/api/root.ts";
import type { Permission } from "#server/domain/access/rules.ts";
import { PERMISSIONS } from "#server/domain/access/rules.ts";
import { ADMINISTERS } from "#server/domain/people/rules.ts";

interface QuestionProps {
  view: AccessView;
  change: (view: Partial<AccessView>) => void;
}

interface SaidProps {
  /** What was answered last: it names whom and what the reader has in no list. */
  said: inferRouterOutputs<AppRouter>["access"]["explain"] | undefined;
}

/** Somebody whom the reader administers, or a program; nobody is the reader. */
function SubjectField({ view: { person, client }, change, said }: QuestionProps & SaidProps) {
  const t = useTranslations("access");
  const trpc = useTRPC();
  const named = useQuery({ ...trpc.people.get.queryOptions({ personId: person ?? "" }), enabled: person !== null });
  const you: Choice = { id: "", label: t("you") };
  const program = said?.subject.id === client ? said?.subject.name : undefined;
  const theirs = client
    ? { id: client, label: program ?? t("program"), ...(program ? { hint: t("program") } : {}) }
    : named.data
      ? { id: person ?? "", label: named.data.name, hint: named.data.email }
      : null;
  return (
    <PersonField
      label={t("person")}
      first={you}
      chosen={person === null && client === null ? you : theirs}
      onChange={(choice, isProgram) => {
        const id = choice?.id || null;
        change(isProgram ? { person: null, client: id } : { person: id, client: null });
      }}
      programs
    />
  );
}

/** A moment of the past, by the reader's own clock; none is now. */
function WhenField({ view, change }: QuestionProps) {
  const t = useTranslations("access");
  const zone = useTimeZone();
  const latest = localOf(useClock().toISOString(), zone);
  const shown = view.at ? localOf(view.at, zone) : "";
  return (
    <Field label={t("when")}>
      {(ids) => (
        <Input
          {...ids}
          type="datetime-local"
          max={latest}
          value={shown}
          onChange={(event) => {
            const local = event.target.value;
            if (local <= latest) change({ at: instantOf(local, zone) ?? null });
          }}
        />
      )}
    </Field>
  );
}

/** Who, what, where and when: each of them a field, as in the sentence that answers it. */
export function QuestionFields({
  view,
  change,
  places,
  said,
}: QuestionProps & SaidProps & { places: readonly Choice[] }) {
  const t = useTranslations("access");
  const permissions = useTranslations("permissions");
  const people = useTranslations("people");
  const { may } = useMe();
  const named =
    said && said.scope.id === view.where ? { ...said.scope, label: said.scope.name, hint: said.scope.code } : null;
  const asksOthers = view.tab === "why" && may(...ADMINISTERS) && may("access:write");
  return (
    <div
      className={cn(
        "grid max-w-5xl gap-3 px-4 py-3 sm:grid-cols-2",
        asksOthers ? "lg:grid-cols-4" : view.tab === "why" && "sm:grid-cols-3",
      )}
    >
      {asksOthers ? <SubjectField view={view} change={change} said={said} /> : null}
      <Field label={t("what")}>
        {(ids) => (
          <Select
            {...ids}
            value={view.what ?? ""}
            onChange={(event) => change({ what: (event.target.value || null) as Permission | null })}
          >
            <option value="">{t("choosePermission")}</option>
            {PERMISSIONS.map((permission) => (
              <option key={permission} value={permission}>
                {permissions(permission)}
              </option>
            ))}
          </Select>
        )}
      </Field>
      <Field label={t("where")}>
        {(ids) => (
          <Combobox
            ids={ids}
            label={t("where")}
            choices={places}
            chosen={places.find(({ id }) => id === view.where) ?? named}
            onChange={(choice) => change({ where: choice?.id ?? null })}
            placeholder={people("wholeTenant")}
            empty={t("noPlace")}
            openLabel={t("openPlaces")}
          />
        )}
      </Field>
      {view.tab === "why" ? <WhenField view={view} change={change} /> : null}
    </div>
  );
}
