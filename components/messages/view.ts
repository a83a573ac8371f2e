import type { inferParserType, SearchParams } from "nuqs/server";
import { createLoader, parseAsArrayOf, parseAsString, parseAsStringLiteral } from "nuqs/server";
import { LANGUAGES } from "#server/domain/identity/rules.ts";
import { STATUSES, TEMPLATES } from "#server/domain/messaging/rules.ts";

export const MESSAGES_KEY = "messages.list";
export const MESSAGES_PAGE = 50;
export const TO_MAX = 200;

/** The one owner of every key in the address of the list; what cannot be read is left out. */
export const messageParsers = {
  status: parseAsArrayOf(parseAsStringLiteral(STATUSES)).withDefault([]),
  template: parseAsArrayOf(parseAsStringLiteral(TEMPLATES)).withDefault([]),
  to: parseAsString.withDefault(""),
};
export type MessageView = inferParserType<typeof messageParsers>;

export const parseMessageView = (params: SearchParams): MessageView => createLoader(messageParsers)(params);

export const isNarrowed = ({ status, template, to }: MessageView) =>
  status.length > 0 || template.length > 0 || to.trim() !== "";

export const messageFilterOf = ({ status, template, to }: MessageView) => ({
  ...(status.length > 0 ? { status: [...new Set(status)] } : {}),
  ...(template.length > 0 ? { template: [...new Set(template)] } : {}),
  ...(to.trim() ? { to: to.trim().slice(0, TO_MAX) } : {}),
});
export type MessageFilter = ReturnType<typeof messageFilterOf>;

export const previewParsers = {
  template: parseAsStringLiteral(TEMPLATES).withDefault("approvalReminder"),
  language: parseAsStringLiteral(LANGUAGES).withDefault("en"),
};
export const parsePreviewView = (params: SearchParams) => createLoader(previewParsers)(params);
