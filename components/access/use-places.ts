"use client";

import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useMemo } from "react";
import { useTRPC } from "#components/api/trpc.ts";
import { useMe } from "#components/identity/me.tsx";
import type { Choice } from "#components/ui/combobox.tsx";

interface Place {
  readonly id: string;
  readonly kind: string;
  readonly code: string;
  readonly name: string;
}

/** The places whose access the reader administers, as a tree; for anybody else those that they can read. */
export function usePlaces(): Choice[] {
  const t = useTranslations("people");
  const trpc = useTRPC();
  const { may, scopes } = useMe();
  const administers = may("access:write");
  const { data } = useQuery({ ...trpc.scopes.list.queryOptions({}), enabled: administers });
  return useMemo(() => {
    const items: readonly (Place & { readonly depth?: number })[] = administers ? (data?.items ?? []) : scopes;
    const top = Math.min(...items.map(({ depth = 0 }) => depth));
    return items.map(({ id, kind, code, name, depth = top }) => ({
      id,
      label: kind === "TENANT" ? t("wholeTenant") : name,
      ...(kind === "TENANT" ? {} : { hint: code }),
      depth: depth - top,
    }));
  }, [administers, data, scopes, t]);
}
