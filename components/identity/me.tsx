"use client";

import type { inferRouterOutputs } from "@trpc/server";
import { createContext, use, useMemo } from "react";
import type { AppRouter } from "#server/api/root.ts";

export type WhoAmI = inferRouterOutputs<AppRouter>["access"]["whoAmI"];
export type Org = Pick<WhoAmI["scopes"][number], "id" | "code" | "name">;

interface Me extends WhoAmI {
  readonly orgs: readonly Org[];
  org(id: string): Org | undefined;
  /** Whether one of these is held anywhere. */
  may(...permissions: WhoAmI["permissions"]): boolean;
  /** For the tenant as a whole; not while the session is narrowed. */
  mayInTenant(permission: WhoAmI["permissions"][number]): boolean;
}

const MeContext = createContext<Me | null>(null);

export function MeProvider({ whoAmI, children }: { whoAmI: WhoAmI; children: React.ReactNode }) {
  const me = useMemo((): Me => {
    const orgs = whoAmI.scopes.filter((scope) => scope.kind === "ORG");
    const byId = new Map(orgs.map((org) => [org.id, org]));
    return {
      ...whoAmI,
      orgs,
      org: (id) => byId.get(id),
      may: (...permissions) => permissions.some((p) => whoAmI.permissions.includes(p)),
      mayInTenant: (permission) => whoAmI.tenantWide.includes(permission),
    };
  }, [whoAmI]);
  return <MeContext value={me}>{children}</MeContext>;
}

/** Who is signed in, and what they may see and do. */
export function useMe(): Me {
  const me = use(MeContext);
  if (!me) throw new Error("useMe stands outside MeProvider");
  return me;
}
