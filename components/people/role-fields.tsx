"use client";

import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { usePlaces } from "#components/access/use-places.ts";
import { useTRPC } from "#components/api/trpc.ts";
import { useRoleName } from "#components/people/names.ts";
import type { Choice } from "#components/ui/combobox.tsx";
import { Combobox } from "#components/ui/combobox.tsx";
import { Field, Select } from "#components/ui/field.tsx";
import { PROGRAM_ROLE } from "#server/domain/access/rules.ts";

export interface ChosenRole {
  readonly role: string;
  readonly place: Choice | null;
}

interface RoleFieldsProps {
  value: ChosenRole;
  onChange: (value: ChosenRole) => void;
  /** Whether there may be no role at all. */
  optional: boolean;
  /** Whether it is for a program, which may have the role that is made for programs. */
  ofProgram?: boolean;
}

/** Which role, and where it is held: the places are those whose access the reader administers. */
export function RoleFields({ value: { role, place }, onChange, optional, ofProgram = false }: RoleFieldsProps) {
  const t = useTranslations("people");
  const trpc = useTRPC();
  const roleName = useRoleName();
  const roles = useQuery(trpc.access.roles.queryOptions({}));
  const choices = usePlaces();
  const shown = (roles.data ?? []).filter(({ code }) => ofProgram || code !== PROGRAM_ROLE);
  const holds = shown.find(({ code }) => code === role)?.permissions;
  return (
    <>
      <Field label={t("role")} hint={holds ? t("mayDo", { permissions: holds.join(", ") }) : undefined}>
        {(ids) => (
          <Select
            {...ids}
            required={!optional}
            value={role}
            onChange={({ target: { value } }) => onChange({ role: value, place: value || !optional ? place : null })}
          >
            <option value="">{t(optional ? "noRoleYet" : "chooseRole")}</option>
            {shown.map(({ code }) => (
              <option key={code} value={code}>
                {roleName(code)}
              </option>
            ))}
          </Select>
        )}
      </Field>
      {role || !optional ? (
        <Field label={t("place")} hint={t("placeHint")}>
          {(ids) => (
            <Combobox
              ids={ids}
              label={t("place")}
              choices={choices}
              chosen={place}
              onChange={(chosen) => onChange({ role, place: chosen })}
              placeholder={t("choosePlace")}
              empty={t("noPlace")}
              openLabel={t("openPlaces")}
            />
          )}
        </Field>
      ) : null}
    </>
  );
}
