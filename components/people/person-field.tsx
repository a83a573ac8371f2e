"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { useTRPC } from "#components/api/trpc.ts";
import { useMe } from "#components/identity/me.tsx";
import type { Choice } from "#components/ui/combobox.tsx";
import { Combobox } from "#components/ui/combobox.tsx";
import { Field } from "#components/ui/field.tsx";

const FOUND_MAX = 20;
const TEXT_MAX = 100;
const ADDRESS = /^[^\s@]+@[^\s@]+$/;

interface PersonFieldProps {
  label: string;
  chosen: Choice | null;
  onChange: (choice: Choice | null, isProgram: boolean) => void;
  /** What is offered before anything is typed, beside the people. */
  first?: Choice;
  /** Whether an address that nobody in the list has may be chosen: of a member whom the reader does not see. */
  addresses?: boolean;
  /** Whether programs are found too, as far as the reader sees them; each says so beside its name. */
  programs?: boolean;
}

/** Somebody, found by name or address among those that the reader administers. */
export function PersonField({ label, chosen, onChange, first, addresses = false, programs = false }: PersonFieldProps) {
  const t = useTranslations("access");
  const trpc = useTRPC();
  const [text, setText] = useState("");
  const words = text.trim().slice(0, TEXT_MAX);
  const found = useQuery({
    ...trpc.people.list.queryOptions({ q: words, limit: FOUND_MAX }),
    placeholderData: keepPreviousData,
  });
  const sees = useMe().mayInTenant("clients:write");
  const clients = useQuery({
    ...trpc.serviceClients.list.queryOptions({ q: words, limit: FOUND_MAX }),
    enabled: programs && sees && words !== "",
    placeholderData: keepPreviousData,
  });
  const listed = words === "" ? [] : (clients.data?.items ?? []);
  const clientsFound = listed.map(({ id, name }) => ({ id, label: name, hint: t("program") }));
  const people = (found.data?.items ?? []).map(({ personId: id, name, email }) => ({ id, label: name, hint: email }));
  const typed = addresses && ADDRESS.test(words) && people.length === 0 ? [{ id: words, label: words }] : [];
  const shown = chosen?.hint ? `${chosen.label} (${chosen.hint})` : chosen?.label;
  return (
    <Field label={label}>
      {(ids) => (
        <Combobox
          ids={ids}
          label={label}
          choices={[...(first && words === "" ? [first] : []), ...people, ...clientsFound, ...typed]}
          chosen={chosen}
          onChange={(choice) =>
            onChange(
              choice,
              clientsFound.some(({ id }) => id === choice?.id),
            )
          }
          placeholder={t("choosePerson")}
          empty={t("noPerson")}
          openLabel={t("openPeople")}
          onType={(now) => setText(now === shown ? "" : now)}
        />
      )}
    </Field>
  );
}
