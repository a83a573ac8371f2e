import type { State } from "#server/domain/approvals/rules.ts";
import { idInput } from "#server/domain/approvals/schema.ts";
import { scopesWhere } from "#server/domain/caller.ts";
import { command } from "#server/domain/command.ts";
import { languageOf } from "#server/domain/identity/rules.ts";
import { lastTold } from "#server/domain/messaging/queries.ts";
import { sendMessage } from "#server/domain/messaging/send-message.ts";
import { Refusal } from "#server/domain/refusals.ts";
import type { Work } from "#server/domain/work.ts";
import { clock } from "#server/platform/db.ts";

interface Settled {
  readonly scopeId: string;
  readonly type: string;
  readonly title: string;
  readonly amount: bigint | null;
  readonly state: State;
  readonly revision: number;
}

interface Requester {
  readonly id: string;
  readonly email: string;
  readonly locale: string | null;
}

interface Last {
  readonly name: string;
  readonly comment: string | null;
  readonly decidedAt: Date;
}

async function lockSettled(work: Work, id: string): Promise<Settled> {
  const readable = scopesWhere(work.caller, "approvals:read").filter((scope) => work.scopes.includes(scope));
  const [row] = await work.tx.$queryRaw<Settled[]>`
    SELECT scope_id AS "scopeId", type, title, amount, state, revision FROM approvals
    WHERE tenant_id = ${work.caller.tenantId}::uuid AND id = ${id}::uuid AND scope_id = ANY(${readable}::uuid[]) FOR NO KEY UPDATE`;
  if (!row) throw new Refusal("approval.not_found");
  return row;
}

/** Whoever asked, as long as they are a member: nobody who left hears of it. */
async function requesterOf(work: Work, id: string): Promise<Requester> {
  const [person] = await work.tx.$queryRaw<Requester[]>`
    SELECT p.id, p.email, p.locale FROM approvals a
    JOIN people p ON p.id = a.requester_id AND p.disabled_at IS NULL
    JOIN memberships m ON m.tenant_id = a.tenant_id AND m.person_id = p.id AND m.status = 'ACTIVE'
    WHERE a.tenant_id = ${work.caller.tenantId}::uuid AND a.id = ${id}::uuid`;
  if (!person) throw new Refusal("message.nobody");
  return person;
}

async function lastDecision(work: Work, id: string, { revision, state }: Settled): Promise<Last> {
  const [last] = await work.tx.$queryRaw<Last[]>`
    SELECT coalesce(p.name, c.name) AS name, d.comment, d.decided_at AS "decidedAt" FROM approval_decisions d
    LEFT JOIN people p ON p.id = d.person_id LEFT JOIN service_clients c ON c.tenant_id = d.tenant_id AND c.id = d.client_id
    WHERE d.tenant_id = ${work.caller.tenantId}::uuid AND d.approval_id = ${id}::uuid AND d.revision = ${revision} AND d.undone_at IS NULL
    ORDER BY d.decided_at DESC, d.id DESC LIMIT 1`;
  if (!last) throw new Refusal("approval.not_open", { state });
  return last;
}

/** A mail to the requester with the decision, or with the changes that were asked for; at most once an hour. */
export const tellRequester = command({
  name: "approvals.tellRequester",
  permission: "messages:send",
  at: "each",
  input: idInput,
  run: async (work, { id }): Promise<{ messageId: string }> => {
    const row = await lockSettled(work, id);
    const { state, scopeId, title, type } = row;
    if (state !== "APPROVED" && state !== "REJECTED" && state !== "CHANGES_REQUESTED")
      throw new Refusal("approval.not_open", { state });
    const requester = await requesterOf(work, id);
    const now = await clock(work.tx);
    const template = state === "CHANGES_REQUESTED" ? "changesRequested" : "decisionTold";
    const quiet = (await lastTold(work, { targetId: id, templates: [template], now })).get(requester.id);
    if (quiet) throw new Refusal("message.too_soon", { at: quiet.toISOString() });
    const { name: decidedBy, comment, decidedAt } = await lastDecision(work, id, row);
    const shared = {
      to: { email: requester.email, personId: requester.id },
      language: languageOf(requester.locale),
      about: { type: "approval", id, scopeId },
      secrets: {},
    };
    const amount = row.amount?.toString() ?? null;
    const data = { approvalId: id, title, type, amount, decidedBy, decidedAt, comment };
    const { id: messageId } =
      state === "CHANGES_REQUESTED"
        ? await sendMessage(work, { ...shared, template: "changesRequested", data })
        : await sendMessage(work, { ...shared, template: "decisionTold", data: { ...data, state } });
    work.audit({
      class: "CHANGE",
      action: "approval.requester_told",
      targetType: "approval",
      targetId: id,
      scopeId,
      before: null,
      after: { template, messageId },
      at: now,
    });
    return { messageId };
  },
});
