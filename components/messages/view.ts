import type { inferParserType, SearchParams } from "nuqs/server";
import { createLoader, parseAsArrayOf, parseAsString, parseAsStringLiteral } from "nuqs/server";
import { LANGUAGES } from "#server/domain/identity/rules.ts";
import { STATUSES, TEMPLATES } from "#server/domain/messaging/rules.ts";
import { QUERY_MAX } from "#server/domain/search/rules.ts";

export const MESSAGES_KEY = "messages.list";
export const MESSAGES_PAGE = 50;

/** The one owner of every key in the address of the list; what cannot be read is left out. */
export const messageParsers = {
  status: parseAsArrayOf(parseAsStringLiteral(STATUSES)).withDefault([]),
  template: parseAsArrayOf(parseAsStringLiteral(TEMPLATES)).withDefault([]),
  q: parseAsString.withDefault(""),
};
export type MessageView = inferParserType<typeof messageParsers>;

export const parseMessageView = (params: SearchParams): MessageView => createLoader(messageParsers)(params);

export const isNarrowed = ({ status, template, q }: MessageView) =>
  status.length > 0 || template.length > 0 || q.trim() !== "";

/** What a view asks for: the words that are looked for, and the rest of it as the server's filter. */
export const messagesAsked = ({ status, template, q }: MessageView) => ({
  words: q.trim().slice(0, QUERY_MAX),
  filter: {
    ...(status.length > 0 ? { status: [...new Set(status)] } : {}),
    ...(template.length > 0 ? { template: [...new Set(template)] } : {}),
  },
});

export const previewParsers = {
  template: parseAsStringLiteral(TEMPLATES).withDefault("approvalReminder"),
  language: parseAsStringLiteral(LANGUAGES).withDefault("en"),
};
export const parsePreviewView = (params: SearchParams) => createLoader(previewParsers)(params);
