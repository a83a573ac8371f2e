import "server-only";
import { createTransport } from "nodemailer";
import type { SMTPError } from "nodemailer/lib/smtp-connection";
import { Resend } from "resend";
import { env } from "#server/platform/env.ts";

/** A provider that has not answered in this time is taken for silent. */
const TIMEOUT_MS = 10_000;
const REASON_MAX = 500;

export interface Mail {
  /** Names the mail to the provider: the same id is the same mail. */
  readonly id: string;
  readonly to: string;
  readonly subject: string;
  readonly html: string;
  readonly text: string;
}

export type Provider = "RESEND" | "SMTP" | "CAPTURE";

export type MailResult = { readonly provider: Provider } & (
  | { readonly outcome: "SENT"; readonly providerMessageId: string | null }
  /** Kept here and sent to nobody. */
  | { readonly outcome: "CAPTURED" }
  /** May go another time; `retryAfter` in seconds, where the provider named them. */
  | { readonly outcome: "RETRY"; readonly reason: string; readonly retryAfter?: number }
  /** Will never go as it is. */
  | { readonly outcome: "REFUSED"; readonly reason: string }
);

export interface MailSettings {
  readonly RESEND_API_KEY?: string | undefined;
  readonly RESEND_BASE_URL?: string | undefined;
  readonly SMTP_URL?: string | undefined;
  readonly MAIL_FROM_ADDRESS: string;
  readonly MAIL_FROM_NAME: string;
}

/** Resend where there is a key, SMTP where there is an address, else nobody. */
export const mailProvider = ({ RESEND_API_KEY, SMTP_URL }: MailSettings = env): Provider =>
  RESEND_API_KEY ? "RESEND" : SMTP_URL ? "SMTP" : "CAPTURE";

export async function sendMail(mail: Mail, settings: MailSettings = env, timeout = TIMEOUT_MS): Promise<MailResult> {
  const provider = mailProvider(settings);
  if (provider === "RESEND") return viaResend(mail, settings, timeout);
  return provider === "SMTP" ? viaSmtp(mail, settings, timeout) : { provider, outcome: "CAPTURED" };
}

const said = (text: string) => text.replace(/\s+/g, " ").trim().slice(0, REASON_MAX);

/** Seconds from a Retry-After in either of its forms. */
function secondsOf(header: string | undefined): number | undefined {
  if (!header) return undefined;
  const seconds = /^\d+$/.test(header) ? Number(header) : (Date.parse(header) - Date.now()) / 1000;
  return Number.isFinite(seconds) ? Math.max(0, Math.ceil(seconds)) : undefined;
}

const PASSING = [408, 409, 425, 429]; // 409: the same key is being worked on

/** The id is the idempotency key: whatever happens to the answer, Resend sends the mail once within its 24 hours. */
async function viaResend(mail: Mail, settings: MailSettings, timeout: number): Promise<MailResult> {
  const provider = "RESEND";
  const baseUrl = settings.RESEND_BASE_URL ?? "https://api.resend.com";
  const client = new Resend(settings.RESEND_API_KEY, { baseUrl });
  const from = `${JSON.stringify(settings.MAIL_FROM_NAME)} <${settings.MAIL_FROM_ADDRESS}>`;
  const { id, to, subject, html, text } = mail;
  const options = { idempotencyKey: id, signal: AbortSignal.timeout(timeout) };
  const { data, error, headers } = await client.emails.send({ from, to, subject, html, text }, options);
  if (!error) return { provider, outcome: "SENT", providerMessageId: data.id };
  const reason = said(`${error.statusCode ?? "no answer"} ${error.name}: ${error.message}`);
  const status = error.statusCode;
  if (status !== null && status < 500 && !PASSING.includes(status)) return { provider, outcome: "REFUSED", reason };
  const retryAfter = secondsOf(headers?.["retry-after"]);
  return { provider, outcome: "RETRY", reason, ...(retryAfter === undefined ? {} : { retryAfter }) };
}

/**
 * SMTP has no idempotency: when the connection breaks between the server's acceptance and our reading of it, the mail
 * goes a second time. Both carry one Message-ID, by which mailboxes recognise the copy; more it cannot promise.
 */
async function viaSmtp(mail: Mail, settings: MailSettings, timeout: number): Promise<MailResult> {
  const provider = "SMTP";
  const limits = { connectionTimeout: timeout, greetingTimeout: timeout, socketTimeout: timeout, dnsTimeout: timeout };
  const transport = createTransport({
    url: settings.SMTP_URL,
    ...limits,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const { id, to, subject, html, text } = mail;
  const from = { name: settings.MAIL_FROM_NAME, address: settings.MAIL_FROM_ADDRESS };
  const messageId = `<${id}@${settings.MAIL_FROM_ADDRESS.split("@")[1]}>`;
  // The limits above are between bytes; a server that says one each second would hold us for ever.
  const silence = Promise.withResolvers<never>();
  const timer = setTimeout(() => silence.reject(new Error(`no answer in ${timeout} ms`)), timeout);
  try {
    const sent = transport.sendMail({ from, to: { name: "", address: to }, subject, html, text, messageId });
    await Promise.race([sent, silence.promise]);
    return { provider, outcome: "SENT", providerMessageId: messageId };
  } catch (error) {
    const { responseCode, message } = error as SMTPError;
    const reason = said(message);
    // 5xx is for ever (RFC 5321, 4.2.1), except a login that an operator will put right.
    const refused = responseCode !== undefined && responseCode >= 500 && (error as SMTPError).code !== "EAUTH";
    return refused ? { provider, outcome: "REFUSED", reason } : { provider, outcome: "RETRY", reason };
  } finally {
    clearTimeout(timer);
    transport.close();
  }
}
