import type { Language } from "#server/domain/identity/rules.ts";
import type { Template } from "#server/domain/messaging/rules.ts";
import { placeholder } from "#server/domain/messaging/rules.ts";
import type { TemplateData } from "#server/domain/messaging/schema.ts";
import { env } from "#server/platform/env.ts";
import type { MailContent } from "#server/platform/mail-layout.ts";
import { renderMail } from "#server/platform/mail-layout.ts";
import { mailTexts } from "#server/platform/texts.ts";

interface Setting {
  readonly t: ReturnType<typeof mailTexts>;
  readonly messageId: string;
  readonly language: Language;
  readonly tenant: string;
}

type Letter = Omit<MailContent, "language" | "footer"> & { readonly subject: string; readonly footer?: string };
type Letters = { readonly [T in Template]: (data: TemplateData[T], setting: Setting) => Letter };

/** A link authenticates nobody: it leads to sign-in, and following it changes nothing (A14). */
const approvalLink = (id: string) => `${env.APP_URL}/approvals/${id}`;

/** Minor units with two decimals, exact: no number ever holds them whole. */
function amountText(minor: string, language: Language): string {
  const digits = minor.replace("-", "").padStart(3, "0");
  const exact = `${minor.startsWith("-") ? "-" : ""}${digits.slice(0, -2)}.${digits.slice(-2)}` as `${number}`;
  return new Intl.NumberFormat(language, { minimumFractionDigits: 2 }).format(exact);
}

/** `debt_consolidation` as a person reads it: types are the tenant's own words. */
const typeText = (type: string) => {
  const words = type.replaceAll(/[_-]+/g, " ").trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
};

type Fact = readonly [label: string, value: string];

function requestFacts({ type, amount }: { type: string; amount: string | null }, { t, language }: Setting): Fact[] {
  return [
    [t("type"), typeText(type)],
    ...(amount === null ? [] : [[t("amount"), amountText(amount, language)] as const]),
  ];
}

const letters: Letters = {
  approvalReminder: (data, setting) => {
    const { t } = setting;
    const moment = (at: Date) => t("moment", { at });
    return {
      subject: t("approvalReminder.subject", { title: data.title }),
      preview: t("approvalReminder.preview", { by: data.by }),
      heading: t("approvalReminder.heading"),
      paragraphs: [t("approvalReminder.lead", { by: data.by })],
      subjectOf: {
        title: data.title,
        facts: [
          ...requestFacts(data, setting),
          [t("stage"), data.stage],
          ...(data.requester ? [[t("requester"), data.requester] as const] : []),
          [t("waitingSince"), moment(data.waitingSince)],
          ...(data.dueAt ? [[t("dueAt"), moment(data.dueAt)] as const] : []),
        ],
      },
      action: { label: t("approvalReminder.action"), href: approvalLink(data.approvalId) },
    };
  },
  decisionTold: (data, setting) => {
    const { t } = setting;
    const { state, decidedBy } = data;
    return {
      subject: t("decisionTold.subject", { state, title: data.title }),
      preview: t("decisionTold.preview", { state, decidedBy }),
      heading: t("decisionTold.heading", { state }),
      paragraphs: [t("decisionTold.lead", { state, decidedBy })],
      subjectOf: {
        title: data.title,
        facts: [...requestFacts(data, setting), [t("decidedAt"), t("moment", { at: data.decidedAt })]],
      },
      ...(data.comment ? { quote: data.comment } : {}),
      action: { label: t("decisionTold.action"), href: approvalLink(data.approvalId) },
    };
  },
  changesRequested: (data, setting) => {
    const { t } = setting;
    const { decidedBy } = data;
    return {
      subject: t("changesRequested.subject", { title: data.title }),
      preview: t("changesRequested.preview", { decidedBy }),
      heading: t("changesRequested.heading"),
      paragraphs: [t("changesRequested.lead", { decidedBy })],
      subjectOf: {
        title: data.title,
        facts: [...requestFacts(data, setting), [t("decidedAt"), t("moment", { at: data.decidedAt })]],
      },
      ...(data.comment ? { quote: data.comment } : {}),
      action: { label: t("changesRequested.action"), href: approvalLink(data.approvalId) },
    };
  },
  invitation: ({ tenant, by, hours }, { t, messageId }) => ({
    subject: t("invitation.subject", { tenant }),
    preview: t("invitation.preview", { tenant }),
    heading: t("invitation.heading", { tenant }),
    paragraphs: [t("invitation.lead", { tenant, by: by ?? "", who: by === null ? "nobody" : "somebody" })],
    action: { label: t("invitation.action"), href: placeholder(messageId, "link") },
    note: t("invitation.expiry", { hours }),
    footer: t("invitationFooter", { tenant }),
  }),
  passwordReset: ({ minutes, address }, { t, messageId, tenant }) => ({
    subject: t("passwordReset.subject"),
    preview: t("passwordReset.preview"),
    heading: t("passwordReset.heading"),
    paragraphs: [t("passwordReset.lead", { address: address || t("unknown") })],
    action: { label: t("passwordReset.action"), href: placeholder(messageId, "link") },
    note: t("passwordReset.expiry", { minutes }),
    footer: t("accountFooter", { tenant }),
  }),
  passwordChanged: ({ at, address }, { t, tenant }) => ({
    subject: t("passwordChanged.subject"),
    preview: t("passwordChanged.preview"),
    heading: t("passwordChanged.heading"),
    paragraphs: [t("passwordChanged.lead", { at: t("moment", { at }), address: address || t("unknown") })],
    action: { label: t("passwordChanged.action"), href: `${env.APP_URL}/forgot-password` },
    note: t("passwordChanged.note"),
    footer: t("accountFooter", { tenant }),
  }),
  newDevice: ({ browser, os, address, at, days }, { t, messageId, tenant }) => ({
    subject: t("newDevice.subject"),
    preview: t("newDevice.preview"),
    heading: t("newDevice.heading"),
    paragraphs: [t("newDevice.lead")],
    subjectOf: {
      title: browser || t("unknown"),
      facts: [
        [t("system"), os || t("unknown")],
        [t("address"), address || t("unknown")],
        [t("time"), t("moment", { at })],
      ],
    },
    action: { label: t("newDevice.action"), href: placeholder(messageId, "link") },
    note: t("newDevice.note", { days }),
    footer: t("accountFooter", { tenant }),
  }),
  factorChanged: ({ change, at, address, days }, { t, messageId, tenant }) => ({
    subject: t("factorChanged.subject", { change }),
    preview: t("factorChanged.preview"),
    heading: t("factorChanged.subject", { change }),
    paragraphs: [t("factorChanged.lead", { at: t("moment", { at }), address: address || t("unknown") })],
    action: { label: t("factorChanged.action"), href: placeholder(messageId, "link") },
    note: t("factorChanged.note", { days }),
    footer: t("accountFooter", { tenant }),
  }),
  factorsReset: ({ at }, { t, tenant }) => ({
    subject: t("factorsReset.subject"),
    preview: t("factorsReset.preview"),
    heading: t("factorsReset.subject"),
    paragraphs: [t("factorsReset.lead", { at: t("moment", { at }) })],
    action: { label: t("factorsReset.action"), href: `${env.APP_URL}/profile/sessions` },
    note: t("factorsReset.note"),
    footer: t("accountFooter", { tenant }),
  }),
};

/** One line, whatever a title holds: a header must not be let continue. */
const oneLine = (subject: string) =>
  subject
    .replace(/[\s\p{Cc}]+/gu, " ")
    .trim()
    .slice(0, 250);

/** The rendering of a template in a language, with placeholders where its secrets will go. */
export async function composeMessage<T extends Template>(
  template: T,
  data: TemplateData[T],
  setting: Omit<Setting, "t">,
): Promise<{ subject: string; html: string; text: string }> {
  const t = mailTexts(setting.language);
  const { subject, footer, ...letter } = letters[template](data, { ...setting, t });
  const content = { ...letter, language: setting.language, footer: footer ?? t("footer", { tenant: setting.tenant }) };
  return { subject: oneLine(subject), ...(await renderMail(content)) };
}
