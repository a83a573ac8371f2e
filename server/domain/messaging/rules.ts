/** Each has its texts in messages/<language>/mail.json. */
export const TEMPLATES = [
  "approvalReminder",
  "decisionTold",
  "changesRequested",
  "invitation",
  "passwordReset",
  "passwordChanged",
  "newDevice",
  "factorChanged",
  "factorsReset",
] as const;
export type Template = (typeof TEMPLATES)[number];

export const STATUSES = ["QUEUED", "SENDING", "SENT", "CAPTURED", "DEAD"] as const;
export type MessageStatus = (typeof STATUSES)[number];

export const PROVIDERS = ["RESEND", "SMTP", "CAPTURE"] as const;
export type Provider = (typeof PROVIDERS)[number];

export const ATTEMPT_OUTCOMES = ["SENT", "CAPTURED", "RETRY", "REFUSED"] as const;
export type AttemptOutcome = (typeof ATTEMPT_OUTCOMES)[number];

/** A server that greylists lets a second try in after some minutes: the last of these comes after about 80. */
export const ATTEMPTS_MAX = 5;
const WAITS_SECONDS = [30, 300, 900, 3600] as const;
const WAIT_MAX_SECONDS = 6 * 3600;

/** Longer than a provider is given to answer: whoever still sends after it is dead. */
export const LEASE_SECONDS = 60;

/** One person hears of one approval at most so often. */
export const QUIET_MINUTES = 60;

/** The most people that one reminder goes to. */
export const ADDRESSEES_MAX = 50;

/** Seconds until the try after the nth; what the provider asked for goes first, within a bound. */
export function waitAfter(attempt: number, retryAfter: number | undefined): number {
  const own = WAITS_SECONDS[Math.min(attempt, WAITS_SECONDS.length) - 1] ?? WAITS_SECONDS[0];
  return Math.min(Math.max(own, retryAfter ?? 0), WAIT_MAX_SECONDS);
}

/** What stands in a rendering where a one-time link goes. The id keeps a text of somebody's from naming it. */
export const placeholder = (messageId: string, name: string) => `{{secret:${messageId}:${name}}}`;

const PLACEHOLDER = /\{\{secret:[0-9a-f-]{36}:[a-z]{1,20}\}\}/g;

/** A rendering as it may be shown. */
export const masked = (rendering: string) => rendering.replace(PLACEHOLDER, "••••••••");

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

/** A rendering with its secrets in it, as it leaves. */
export function filled(
  rendering: string,
  messageId: string,
  secrets: Readonly<Record<string, string>>,
  written: (value: string) => string,
): string {
  return Object.entries(secrets).reduce(
    (text, [name, value]) => text.replaceAll(placeholder(messageId, name), () => written(value)),
    rendering,
  );
}

/** What has ended may go again; a one-time link may not: whoever needs one is invited anew. */
export const mayResend = ({ status, hasSecret }: { status: MessageStatus; hasSecret: boolean }) =>
  !hasSecret && (status === "SENT" || status === "CAPTURED" || status === "DEAD");
