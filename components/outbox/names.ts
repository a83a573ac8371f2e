import { useTranslations } from "next-intl";
import { useTargetTypeName } from "#components/audit/action-name.ts";
import { LIVE_KINDS } from "#server/domain/events/rules.ts";

/** What happened, in words; a type without a text is told by its code. */
export function useEventName() {
  const t = useTranslations("outboxEvents");
  return (type: string): string => (t.has(type as "ApprovalDecided") ? t(type as "ApprovalDecided") : type);
}

export function useReactionName() {
  const t = useTranslations("outboxReactions");
  return (name: string): string => (t.has(name as "mail") ? t(name as "mail") : name);
}

/** What the audit has no targets of. */
const KINDS: Readonly<Record<string, string>> = { ...LIVE_KINDS, AUDIT: "entry", DELIVERIES: "event" };

/** The kind of an aggregate, as the audit calls its targets. */
export const kindOf = (aggregateType: string): string => KINDS[aggregateType] ?? aggregateType;

export function useAboutName() {
  const typeName = useTargetTypeName();
  return ({ type, id }: { type: string; id: string }): string => `${typeName(kindOf(type))} ${id.slice(-8)}`;
}

/** Where the thing itself is to be seen. */
const PAGES: Readonly<Record<string, string>> = {
  approval: "/approvals/",
  bulk: "/bulks/",
  entry: "/audit/",
  event: "/outbox/",
  message: "/messages/",
};

export function pageOf({ type, id }: { type: string; id: string }): string | null {
  const page = PAGES[kindOf(type)];
  return page ? page + id : null;
}
