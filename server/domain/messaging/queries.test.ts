import { beforeAll, describe, expect, test } from "vitest";
import { decideApproval } from "#server/domain/approvals/decide.ts";
import { tellRequester } from "#server/domain/approvals/tell-requester.ts";
import type { Caller } from "#server/domain/caller.ts";
import { LANGUAGES } from "#server/domain/identity/rules.ts";
import { uuidv7 } from "#server/domain/ids.ts";
import { purgeExpired } from "#server/domain/maintenance/purge.ts";
import { deliverMessage } from "#server/domain/messaging/deliver-message.ts";
import { getMessage, listMessages, previewTemplate } from "#server/domain/messaging/queries.ts";
import { resendMessage } from "#server/domain/messaging/resend-message.ts";
import { revealLinks } from "#server/domain/messaging/reveal-links.ts";
import { TEMPLATES } from "#server/domain/messaging/rules.ts";
import { sendMessage } from "#server/domain/messaging/send-message.ts";
import { transaction } from "#server/domain/transaction.ts";
import type { World } from "#server/testing/world.ts";
import { bindTestDatabase, makeTenant } from "#server/testing/world.ts";

const { admin } = bindTestDatabase();
let world: World;
let ana: Caller;
let requester: Caller;
const ask = async (text: string, values: unknown[] = []) => (await admin().pool.query(text, values)).rows;
const LINK = "https://example.test/welcome?token=0123456789";

beforeAll(async () => {
  world = await makeTenant();
  [ana, requester] = [await world.person("administrator"), await world.person("reader")];
});

/** A message about an approval of an organisation, ended with `outcome`. */
async function told(orgId: string, outcome: "SENT" | "REFUSED" | "CAPTURED"): Promise<string> {
  const [{ email }] = (await ask("SELECT email FROM people WHERE id = $1", [requester.personId])) as [
    { email: string },
  ];
  const [id] = (await world.approvals(1, { orgId, requesterEmail: email })) as [string];
  await decideApproval(ana, { id, decision: "APPROVE" });
  const { messageId } = await tellRequester(ana, { id });
  const sent = {
    SENT: { provider: "SMTP", outcome: "SENT", providerMessageId: "theirs" },
    REFUSED: { provider: "SMTP", outcome: "REFUSED", reason: "550 nobody here" },
    CAPTURED: { provider: "CAPTURE", outcome: "CAPTURED" },
  } as const;
  await deliverMessage(await world.system(), messageId, async () => sent[outcome]);
  return messageId;
}

async function invited(outcome: "CAPTURED" | "SENT" | null): Promise<string> {
  const letter = {
    template: "invitation",
    to: { email: "new@example.test", personId: null },
    language: "en",
    data: { tenant: "Northwind", by: null, hours: 72 },
    secrets: { link: LINK },
  } as const;
  const { id } = await transaction(await world.system(), (work) => sendMessage(work, letter));
  if (outcome === "CAPTURED")
    await deliverMessage(await world.system(), id, async () => ({ provider: "CAPTURE", outcome }));
  if (outcome === "SENT")
    await deliverMessage(await world.system(), id, async () => ({
      provider: "SMTP",
      outcome,
      providerMessageId: null,
    }));
  return id;
}

describe("the list", () => {
  test("holds what the caller may read, newest first, page by page, narrowed by status, template and ids", async () => {
    const dead = await told(world.orgs.ca, "REFUSED");
    const sent = await told(world.orgs.ny, "SENT");
    const list = async (caller: Caller, filter: object = {}) =>
      (await listMessages(caller, filter)).items.map((m) => m.id);
    expect(await list(ana)).toEqual([sent, dead]);
    expect(await list(ana, { status: ["DEAD"] })).toEqual([dead]);
    expect(await list(ana, { template: ["invitation"] })).toEqual([]);
    expect(await list(ana, { ids: [dead, uuidv7()] })).toEqual([dead]);
    expect(await list(ana, { ids: [dead], status: ["SENT"] })).toEqual([]);
    const first = await listMessages(ana, { limit: 1 });
    expect(first).toMatchObject({ items: [{ id: sent }], next: sent });
    expect(await listMessages(ana, { limit: 1, before: first.next })).toMatchObject({
      items: [{ id: dead }],
      next: null,
    });
    const inNy = await world.person("administrator", world.orgs.ny);
    expect(await list(inNy)).toEqual([sent]);
    await expect(getMessage(inNy, { id: dead })).rejects.toMatchObject({ code: "message.not_found" });
    expect(await getMessage(ana, { id: dead })).toMatchObject({
      status: "DEAD",
      lastError: "550 nobody here",
      by: { kind: "PERSON", name: ana.name },
      history: [{ number: 1, outcome: "REFUSED", error: "550 nobody here" }],
    });
  });
});

describe("sent again", () => {
  test("it is a message of its own that names the old one, and the old one stays as it was", async () => {
    const id = await told(world.orgs.ca, "REFUSED");
    const before = await ask("SELECT * FROM messages WHERE id = $1", [id]);
    const { id: next } = await resendMessage(ana, { id });
    const detail = await getMessage(ana, { id: next });
    expect(detail).toMatchObject({ resends: id, status: "QUEUED", attempts: 0, subject: before[0].subject });
    expect(await ask("SELECT * FROM messages WHERE id = $1", [id])).toEqual(before);
    const events = await ask("SELECT event_type FROM outbox_events WHERE aggregate_id = $1", [next]);
    expect(events).toEqual([{ event_type: "MessageQueued" }]);
    await expect(resendMessage(ana, { id })).rejects.toMatchObject({ code: "message.too_soon" });
    await expect(resendMessage(ana, { id: next })).rejects.toMatchObject({ code: "message.not_resendable" });
  });

  test("never with a one-time link, nor to a person who has left", async () => {
    await expect(resendMessage(ana, { id: await invited("SENT") })).rejects.toMatchObject({
      code: "message.not_resendable",
    });
    const id = await told(world.orgs.ca, "SENT");
    await ask("UPDATE memberships SET status = 'DISABLED' WHERE person_id = $1", [requester.personId]);
    await expect(resendMessage(ana, { id })).rejects.toMatchObject({ code: "message.nobody" });
    await ask("UPDATE memberships SET status = 'ACTIVE' WHERE person_id = $1", [requester.personId]);
  });
});

describe("U8 a one-time link", () => {
  test("is shown by no query", async () => {
    const id = await invited("CAPTURED");
    const shown = JSON.stringify([await getMessage(ana, { id }), await listMessages(ana, {})]);
    expect(shown).not.toContain("0123456789");
    expect(shown).not.toContain("{{secret");
  });

  test("is revealed where the message was captured, to an administrator, and the look is in the audit without it", async () => {
    const id = await invited("CAPTURED");
    expect(await revealLinks(ana, { id })).toEqual({ links: [{ name: "link", link: LINK }] });
    const [row] = await ask(
      "SELECT class, person_id, after FROM audit_logs WHERE target_id = $1 ORDER BY id DESC LIMIT 1",
      [id],
    );
    expect(row).toEqual({ class: "READ", person_id: ana.personId, after: { links: 1 } });
    for (const other of [await invited("SENT"), await invited(null)])
      await expect(revealLinks(ana, { id: other })).rejects.toMatchObject({ code: "message.not_revealable" });
  });

  test("that nobody fetched is gone after a week", async () => {
    const id = await invited("CAPTURED");
    await ask("UPDATE message_secrets SET created_at = now() - interval '8 days' WHERE message_id = $1", [id]);
    expect(await purgeExpired(await world.system(), {})).toMatchObject({ links: 1 });
    await expect(revealLinks(ana, { id })).rejects.toMatchObject({ code: "message.not_revealable" });
  });
});

describe("every template", () => {
  test.each(TEMPLATES.flatMap((template) => LANGUAGES.map((language) => [template, language] as const)))(
    "%s in %s has a subject, both parts and no text that is missing",
    async (template, language) => {
      const { subject, html, text } = await previewTemplate(ana, { template, language });
      expect(subject).toMatch(/^\S[^\n]{5,}$/);
      expect(html).toContain(`lang="${language}"`);
      expect(html).toContain("prefers-color-scheme: dark");
      for (const part of [subject, html, text]) expect(part).not.toMatch(/mail\.\w|undefined|\[object/);
      expect(text.split("\n").every((line) => line.length < 400)).toBe(true);
    },
  );
});
