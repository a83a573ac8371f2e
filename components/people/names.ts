"use client";

import { useTranslations } from "next-intl";

/** Of a role that every tenant has, in words; a tenant's own by its code. */
export function useRoleName() {
  const t = useTranslations("roles");
  return (code: string): string => (t.has(code as "reader") ? t(code as "reader") : code);
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
