import type { inferRouterInputs } from "@trpc/server";
import { parseAmount, plainAmount } from "#components/approvals/amount.ts";
import { changesOf } from "#components/approvals/detail/difference.ts";
import type { Detail } from "#components/approvals/detail/use-approval.ts";
import { dayIn, endOfDay } from "#components/approvals/form/due-date.ts";
import type { FieldProblem, FieldProblemCode, TypedFields } from "#components/approvals/form/payload-fields.ts";
import { readPayload, writePayload } from "#components/approvals/form/payload-fields.ts";
import type { AppRouter } from "#server/api/root.ts";
import type { Priority } from "#server/domain/approvals/rules.ts";
import type { Link, LinkFlaw } from "#server/domain/attachments/rules.ts";
import { linkOf, misleads } from "#server/domain/attachments/rules.ts";
import type { PayloadSchema } from "#server/domain/payload-schemas/rules.ts";
import { FORMAT_CHECKS } from "#server/domain/payloads/rules.ts";

export type SubmissionInput = inferRouterInputs<AppRouter>["approvals"]["submit"];
export type ResubmissionInput = inferRouterInputs<AppRouter>["approvals"]["resubmit"];

/** A request as it stands in its form: texts and ticks, kept as they were typed. */
export interface Values {
  type: string;
  /** The organisation or cycle that it belongs to. */
  orgId: string;
  title: string;
  summary: string;
  amount: string;
  priority: Priority;
  /** A day; it ends with it. */
  due: string;
  requesterEmail: string;
  payload: Record<string, string | string[]>;
  rest: string;
  attachments: { title: string; url: string }[];
}

export const EMPTY: Values = {
  type: "",
  orgId: "",
  title: "",
  summary: "",
  amount: "",
  priority: "NORMAL",
  due: "",
  requesterEmail: "",
  payload: {},
  rest: "",
  attachments: [],
};

/** What of a request is its content: the same for one that stands and one that is being written. */
export interface Content {
  readonly title: string;
  readonly summary: string;
  readonly amount: string | null;
  readonly priority: Priority;
  readonly dueAt: string | null;
  readonly payload: Readonly<Record<string, unknown>>;
  readonly attachments: readonly Link[];
}

export interface Problem extends Omit<FieldProblem, "code"> {
  readonly code: FieldProblemCode | LinkFlaw | "bad_amount" | "past" | "misleads";
}

export interface Setting {
  readonly schema: PayloadSchema | null;
  readonly zone: string;
  readonly now: Date;
  /** The request that is sent again. */
  readonly stands?: Detail | undefined;
}

function linkProblems(attachments: Values["attachments"]): Problem[] {
  return attachments.flatMap(({ title, url }, index): Problem[] => {
    const link = linkOf(url.trim());
    const at = `attachments.${index}`;
    return [
      ...(url.trim() === ""
        ? [{ path: `${at}.url`, code: "required" } as const]
        : "flaw" in link
          ? [{ path: `${at}.url`, code: link.flaw } as const]
          : []),
      ...(misleads(title) ? [{ path: `${at}.title`, code: "misleads" } as const] : []),
    ];
  });
}

/** The links as they are sent: one without a title is called by its host. */
const linksOf = (attachments: Values["attachments"]): Link[] =>
  attachments.flatMap(({ title, url }) => {
    const link = linkOf(url.trim());
    return "flaw" in link ? [] : [{ title: title.trim() || link.host, url: link.url }];
  });

/** The instant that is sent for a day; one that was not touched stays to the millisecond. */
function dueOf({ due }: Values, { zone, stands }: Setting): string | null {
  if (due === "") return null;
  return stands?.dueAt && dayIn(zone, stands.dueAt) === due ? stands.dueAt : endOfDay(zone, due);
}

const plain = (text: string) => text.replaceAll("\r\n", "\n").trim();
/** A text box has its own line breaks: what nobody touched stays as it was. */
const kept = (typed: string, stood = "") => (plain(typed) === plain(stood) ? stood : typed.trim());

const isDay = (due: string) => FORMAT_CHECKS.date(due);

/** What a form says and everything that keeps it from being sent. */
export function readValues(values: Values, setting: Setting): { content: Content; problems: readonly Problem[] } {
  const { schema, zone, now, stands } = setting;
  const { payload, problems } = readPayload(schema, values.payload as TypedFields, values.rest, stands?.payload);
  const amount = values.amount.trim() === "" ? null : parseAmount(values.amount);
  const email = values.requesterEmail.trim();
  const found: Problem[] = [...problems, ...linkProblems(values.attachments)];
  const needs = (path: "type" | "orgId" | "title") =>
    values[path].trim() === "" && found.push({ path, code: "required" });
  needs("title");
  if (!stands) {
    needs("type");
    needs("orgId");
    if (email !== "" && !FORMAT_CHECKS.email(email))
      found.push({ path: "requesterEmail", code: "invalid_format", kind: "email" });
  }
  if (values.amount.trim() !== "" && amount === null) found.push({ path: "amount", code: "bad_amount" });
  const due = values.due === "" || isDay(values.due) ? dueOf(values, setting) : null;
  if (values.due !== "" && !isDay(values.due)) found.push({ path: "due", code: "invalid_format", kind: "date" });
  else if (values.due !== "" && values.due < dayIn(zone, now) && due !== stands?.dueAt)
    found.push({ path: "due", code: "past" });
  return {
    content: {
      title: kept(values.title, stands?.title),
      summary: kept(values.summary, stands?.summary),
      amount,
      priority: values.priority,
      dueAt: due,
      payload,
      attachments: linksOf(values.attachments),
    },
    problems: found,
  };
}

export function submissionOf(values: Values, content: Content): SubmissionInput {
  const { attachments, ...rest } = content;
  return {
    ...rest,
    attachments: [...attachments],
    type: values.type.trim(),
    orgId: values.orgId,
    requesterEmail: values.requesterEmail.trim() || undefined,
  };
}

/** A request that stands, in the boxes of a form. */
export function valuesOf(stands: Detail, { schema, zone }: Pick<Setting, "schema" | "zone">): Values {
  const { fields, rest } = writePayload(schema, stands.payload);
  return {
    ...EMPTY,
    type: stands.type,
    orgId: stands.cycleId ?? stands.orgId,
    title: stands.title,
    summary: stands.summary,
    amount: stands.amount === null ? "" : plainAmount(stands.amount),
    priority: stands.priority,
    due: stands.dueAt ? dayIn(zone, stands.dueAt) : "",
    payload: Object.fromEntries(
      Object.entries(fields).map(([name, typed]) => [name, typeof typed === "string" ? typed : [...typed]]),
    ),
    rest,
    attachments: stands.attachments.map(({ title, url }) => ({ title, url })),
  };
}

export const contentOf = (stands: Detail): Content => ({
  title: stands.title,
  summary: stands.summary,
  amount: stands.amount,
  priority: stands.priority,
  dueAt: stands.dueAt,
  payload: stands.payload,
  attachments: stands.attachments.map(({ title, url }) => ({ title, url })),
});

const same = (before: unknown, after: unknown) => changesOf({ it: before }, { it: after }).length === 0;

/** Only what is another than it was: the rest stays to the byte. */
export function resubmissionOf(stands: Detail, content: Content): ResubmissionInput {
  const before = contentOf(stands);
  const changed = (Object.keys(before) as (keyof Content)[]).filter((key) => !same(before[key], content[key]));
  return {
    id: stands.id,
    version: stands.contentVersion,
    ...Object.fromEntries(changed.map((key) => [key, content[key]])),
  };
}
