"use client";

import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useTRPC } from "#components/api/trpc.ts";

/** They are read again when one of them is told to have changed. */
const NAMES_MS = 600_000;

/** A role in words: of those that every tenant has in the reader's language, else as the tenant calls it. */
export function useRoleName() {
  const t = useTranslations("roles");
  const trpc = useTRPC();
  const { data } = useQuery({ ...trpc.access.roleNames.queryOptions({}), staleTime: NAMES_MS });
  return (code: string): string =>
    t.has(code as "reader") ? t(code as "reader") : (data?.find((own) => own.code === code)?.name ?? code);
}

interface Place {
  readonly kind: string;
  readonly code: string;
}

/** Where a role is held, short enough to stand beside it. */
export function usePlaceCode() {
  const t = useTranslations("people");
  return ({ kind, code }: Place): string => (kind === "TENANT" ? t("wholeTenant") : code);
}

/** The same with its name. */
export function usePlaceName() {
  const t = useTranslations("people");
  return ({ kind, code, name }: Place & { readonly name: string }): string =>
    kind === "TENANT" ? t("wholeTenant") : `${name} (${code})`;
}

/** A place as a sentence takes it: by its name, or as the whole. */
export function useInPlace() {
  const name = usePlaceName();
  return (place: (Place & { readonly name: string }) | null) => ({
    place: place ? name(place) : "",
    whole: place?.kind === "TENANT" ? "yes" : "no",
  });
}
