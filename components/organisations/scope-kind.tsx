import { Building2, CalendarDays, CalendarRange, Landmark, UsersRound } from "lucide-react";
import type { Scope } from "#components/organisations/tree.ts";
import { cn } from "#components/ui/cn.ts";

const ICONS = {
  TENANT: Landmark,
  ORG: Building2,
  CYCLE: CalendarRange,
  COMMUNITY: UsersRound,
  EVENT: CalendarDays,
} as const satisfies Record<Scope["kind"], typeof Landmark>;

/** What kind of scope it is, by shape; its word stands beside it. */
export function ScopeIcon({ kind, className }: { kind: Scope["kind"]; className?: string }) {
  const Icon = ICONS[kind];
  return <Icon className={cn("size-4 shrink-0 text-ink-3", className)} aria-hidden />;
}
