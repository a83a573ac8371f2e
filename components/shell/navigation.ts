import { Inbox, Layers } from "lucide-react";

/** What the console has. The letter follows `g`. */
export const SECTIONS = [
  { name: "inbox", href: "/inbox", icon: Inbox, letter: "i" },
  { name: "bulks", href: "/bulks", icon: Layers, letter: "b" },
] as const;

/** An approval is opened from the inbox and belongs to it. */
export function sectionOf(pathname: string): (typeof SECTIONS)[number]["name"] {
  return pathname.startsWith("/bulks") ? "bulks" : "inbox";
}
