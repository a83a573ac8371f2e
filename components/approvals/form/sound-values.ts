import type { Values } from "#components/approvals/form/values.ts";
import { EMPTY } from "#components/approvals/form/values.ts";

const isText = (value: unknown): value is string => typeof value === "string";

/** What an older version may have kept: only what still is a form's is taken from it. */
export function soundValues(kept: unknown): Values | null {
  if (typeof kept !== "object" || kept === null) return null;
  const given = kept as Partial<Record<keyof Values, unknown>>;
  const texts = Object.fromEntries(
    (["type", "orgId", "title", "summary", "amount", "due", "requesterEmail", "rest"] as const).flatMap((name) =>
      isText(given[name]) ? [[name, given[name]]] : [],
    ),
  );
  const payload = Object.entries(given.payload ?? {}).filter(
    ([, typed]) => isText(typed) || (Array.isArray(typed) && typed.every(isText)),
  );
  const links = Array.isArray(given.attachments) ? given.attachments : [];
  const priority = (["LOW", "NORMAL", "HIGH", "URGENT"] as const).find((known) => known === given.priority);
  return {
    ...EMPTY,
    ...texts,
    ...(priority ? { priority } : {}),
    payload: Object.fromEntries(payload),
    attachments: links.flatMap((link) =>
      isText(link?.title) && isText(link?.url) ? [{ title: link.title, url: link.url }] : [],
    ),
  };
}
