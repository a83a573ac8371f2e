import {
  Bot,
  Building2,
  FileUp,
  Inbox,
  Layers,
  Mail,
  MonitorSmartphone,
  Route,
  Scale,
  ScrollText,
  ShieldCheck,
  TableProperties,
  Users,
  Waypoints,
} from "lucide-react";
import { useMe } from "#components/identity/me.tsx";
import { ADMINISTERS } from "#server/domain/people/rules.ts";

/** In the order of the sidebar; the first one needs no heading. */
export const GROUPS = ["work", "records", "administration", "security"] as const;

/** What the console has, and what one needs to hold to see it. The letter follows `g`. Those of a group stand together. */
export const SECTIONS = [
  { name: "inbox", group: "work", href: "/inbox", icon: Inbox, letter: "i", permission: null },
  { name: "bulks", group: "work", href: "/bulks", icon: Layers, letter: "b", permission: null },
  { name: "imports", group: "work", href: "/imports", icon: FileUp, letter: "f", permission: "imports:run" },
  { name: "messages", group: "records", href: "/messages", icon: Mail, letter: "m", permission: "messages:read" },
  { name: "audit", group: "records", href: "/audit", icon: ScrollText, letter: "l", permission: "audit:read" },
  { name: "people", group: "administration", href: "/people", icon: Users, letter: "u", permission: ADMINISTERS },
  {
    name: "organisations",
    group: "administration",
    href: "/organisations",
    icon: Building2,
    letter: "o",
    permission: "access:write",
  },
  {
    name: "policies",
    group: "administration",
    href: "/policies",
    icon: Route,
    letter: "p",
    permission: "policies:read",
  },
  {
    name: "outbox",
    group: "administration",
    href: "/outbox",
    icon: Waypoints,
    letter: "x",
    permission: "outbox:read",
    wholeTenant: true,
  },
  { name: "access", group: "security", href: "/access", icon: ShieldCheck, letter: "c", permission: "access:write" },
  { name: "roles", group: "security", href: "/roles", icon: TableProperties, letter: "r", permission: "access:write" },
  { name: "governance", group: "security", href: "/governance", icon: Scale, letter: "v", permission: "audit:read" },
  {
    name: "serviceClients",
    group: "security",
    href: "/service-clients",
    icon: Bot,
    letter: "k",
    permission: "clients:write",
    wholeTenant: true,
  },
  {
    name: "sessions",
    group: "security",
    href: "/sessions",
    icon: MonitorSmartphone,
    letter: "s",
    permission: "sessions:read",
    wholeTenant: true,
  },
] as const;

type Section = (typeof SECTIONS)[number];

/** So many targets has the bar at the bottom of a narrow screen; what is beyond them is behind the last. */
const BAR_MAX = 5;

/** An approval is opened from the inbox and belongs to it; a page of one's own belongs to none. */
export function sectionOf(pathname: string): Section | undefined {
  if (pathname.startsWith("/approvals/")) return SECTIONS[0];
  return SECTIONS.find(({ href }) => pathname === href || pathname.startsWith(`${href}/`));
}

/** What the reader may open of it. */
export function useSections(): Section[] {
  const { may, mayInTenant } = useMe();
  return SECTIONS.filter((section) => {
    if (section.permission === null) return true;
    return "wholeTenant" in section ? mayInTenant(section.permission) : may(...[section.permission].flat());
  });
}

export const inGroups = (sections: readonly Section[]) =>
  GROUPS.map((group) => ({ group, sections: sections.filter((section) => section.group === group) })).filter(
    ({ sections: { length } }) => length > 0,
  );

/** What stands in the bar, and what is behind its last target: all of it, or one place less than there are. */
export function inBar<T>(sections: readonly T[]): { shown: readonly T[]; rest: readonly T[] } {
  const room = sections.length > BAR_MAX ? BAR_MAX - 1 : BAR_MAX;
  return { shown: sections.slice(0, room), rest: sections.slice(room) };
}
