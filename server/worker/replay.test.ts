import pg from "pg";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { Caller } from "#server/domain/caller.ts";
import { resendMessage } from "#server/domain/messaging/resend-message.ts";
import { ATTEMPTS_MAX, waitAfter } from "#server/domain/messaging/rules.ts";
import { sendMessage } from "#server/domain/messaging/send-message.ts";
import { replayDead, replayDelivery } from "#server/domain/outbox/replay-deliveries.ts";
import { setMemberStatus } from "#server/domain/people/set-member-status.ts";
import { transaction } from "#server/domain/transaction.ts";
import { announce, closeChannels } from "#server/platform/channels.ts";
import type { Mail, MailResult } from "#server/platform/mailer.ts";
import { codeOf } from "#server/testing/refused.ts";
import type { World } from "#server/testing/world.ts";
import { bindTestDatabase, makeTenant } from "#server/testing/world.ts";
import { deliver } from "#server/worker/deliver.ts";
import { mailReaction } from "#server/worker/mail.ts";

const { admin, urls } = bindTestDatabase();
const WAIT = { timeout: 15_000, interval: 20 };

let world: World;
let ana: Caller;
let pool: pg.Pool;
let answer: (mail: Mail) => MailResult = () => ACCEPTED;
const sent: Mail[] = [];
const stopping = { aborted: false };
let stop: () => Promise<void>;

const ACCEPTED: MailResult = { provider: "SMTP", outcome: "SENT", providerMessageId: "theirs" };
const REFUSED: MailResult = { provider: "SMTP", outcome: "REFUSED", reason: "550 nobody here" };
const BUSY: MailResult = { provider: "SMTP", outcome: "RETRY", reason: "451 greylisted" };

beforeAll(async () => {
  world = await makeTenant();
  ana = await world.person("administrator");
  pool = new pg.Pool({ connectionString: urls().workerUrl, max: 6 });
  const send = async (mail: Mail) => {
    sent.push(mail);
    return answer(mail);
  };
  stop = deliver(pool, [mailReaction(send)], stopping);
});
afterEach(() => {
  answer = () => ACCEPTED;
  sent.length = 0;
});
afterAll(async () => {
  stopping.aborted = true;
  await stop();
  await closeChannels();
  await pool.end();
});

const rows = async (text: string, values: unknown[] = []) => (await admin().pool.query(text, values)).rows;
const message = async (id: string) => (await rows("SELECT * FROM messages WHERE id = $1", [id]))[0];
const delivery = async (id: string) =>
  (await rows("SELECT * FROM outbox_deliveries WHERE aggregate_id = $1 AND reaction = 'mail'", [id]))[0];
const becomes = (id: string, status: string) =>
  expect.poll(async () => (await delivery(id))?.status, WAIT).toBe(status);
const replay = async (id: string, published = false) =>
  replayDelivery(ana, { eventId: (await delivery(id)).event_id, reaction: "mail", published });

/** A message to somebody, about nothing in particular. */
async function queue(to: { email: string; personId: string | null } = { email: "vera@example.test", personId: null }) {
  const data = {
    approvalId: "00000000-0000-7000-8000-000000000000",
    title: "Request",
    type: "plain",
    amount: null,
    state: "APPROVED",
    decidedBy: "Olu",
    decidedAt: new Date(),
    comment: null,
  } as const;
  const letter = { template: "decisionTold", to, language: "en", data, secrets: {} } as const;
  return (await transaction(await world.system(), (work) => sendMessage(work, letter))).id;
}

/** Tries what waits, again and again, until it is over. */
const exhaust = (id: string) =>
  expect
    .poll(async () => {
      await rows("UPDATE outbox_deliveries SET not_before = now() WHERE aggregate_id = $1 AND status = 'PENDING'", [
        id,
      ]);
      announce("outbox", [world.tenantId]);
      return (await delivery(id))?.status;
    }, WAIT)
    .toBe("DEAD");

describe("a replayed mail", () => {
  test("whose message was dead is really sent again, and both say so", async () => {
    answer = () => REFUSED;
    const id = await queue();
    await becomes(id, "DEAD");
    expect(await message(id)).toMatchObject({ status: "DEAD", attempts: 1 });
    answer = () => ACCEPTED;
    await replay(id);
    await becomes(id, "PUBLISHED");
    expect(sent.map((mail) => mail.id)).toEqual([id, id]);
    expect(await message(id)).toMatchObject({ status: "SENT", attempts: 2, attempts_before: 1, version: 4 });
    const events = await rows(
      "SELECT event_type, aggregate_version FROM outbox_events WHERE aggregate_id = $1 ORDER BY aggregate_version",
      [id],
    );
    expect(events.map((e) => [e.event_type, e.aggregate_version])).toEqual([
      ["MessageQueued", 1],
      ["MessageDead", 2],
      ["MessageRevived", 3],
      ["MessageSent", 4],
    ]);
    const audit = await rows("SELECT action FROM audit_logs WHERE target_id = $1 AND class = 'CHANGE' ORDER BY id", [
      id,
    ]);
    expect(audit.map((a) => a.action)).toEqual(["message.queued", "message.dead", "message.revived", "message.sent"]);
  });

  test("has as many attempts as at first, waits as at first, and keeps every attempt in its history", async () => {
    answer = () => BUSY;
    const id = await queue();
    await exhaust(id);
    expect(sent).toHaveLength(ATTEMPTS_MAX);
    await replay(id);
    await expect.poll(async () => (await message(id)).status === "QUEUED" && sent.length, WAIT).toBe(ATTEMPTS_MAX + 1);
    await becomes(id, "PENDING");
    const { not_before, updated_at } = await delivery(id);
    expect(not_before.getTime() - updated_at.getTime()).toBeLessThanOrEqual(waitAfter(1, undefined) * 1000);
    await exhaust(id);
    expect(await message(id)).toMatchObject({ status: "DEAD", attempts: 2 * ATTEMPTS_MAX });
    const history = await rows("SELECT number FROM message_attempts WHERE message_id = $1 ORDER BY 1", [id]);
    expect(history.map((a) => a.number)).toEqual(Array.from({ length: 2 * ATTEMPTS_MAX }, (_, n) => n + 1));
    expect(await delivery(id)).toMatchObject({ attempts: 2 * ATTEMPTS_MAX });
  });

  test("that has left is not sent a second time (O2)", async () => {
    const id = await queue();
    await becomes(id, "PUBLISHED");
    await replay(id, true);
    await expect.poll(async () => (await delivery(id)).attempts, WAIT).toBe(2);
    await becomes(id, "PUBLISHED");
    expect(sent).toHaveLength(1);
    expect(await message(id)).toMatchObject({ status: "SENT", attempts: 1, attempts_before: 0 });
  });

  test("that was dead though its message had left by then is done, and sends nothing", async () => {
    const id = await queue();
    await becomes(id, "PUBLISHED");
    await rows("UPDATE outbox_deliveries SET status = 'DEAD', published_at = NULL WHERE aggregate_id = $1", [id]);
    await replay(id);
    await becomes(id, "PUBLISHED");
    expect(sent).toHaveLength(1);
  });
});

describe("a dead mail stays dead", () => {
  const dead = async (to?: Parameters<typeof queue>[0]) => {
    answer = () => REFUSED;
    const id = await queue(to);
    await becomes(id, "DEAD");
    answer = () => ACCEPTED;
    sent.length = 0;
    return id;
  };
  const stays = async (id: string, code: string) => {
    expect(await codeOf(replay(id))).toBe(code);
    expect(await message(id)).toMatchObject({ status: "DEAD", version: 2, attempts_before: 0 });
    expect(await delivery(id)).toMatchObject({ status: "DEAD", attempts_before: 0 });
    expect(sent).toEqual([]);
  };

  test("when its one-time link is gone", async () => {
    answer = () => REFUSED;
    const letter = {
      template: "invitation",
      to: { email: "new@example.test", personId: null },
      language: "en",
      data: { tenant: "Northwind", by: null, hours: 72 },
      secrets: { link: "https://example.test/welcome?token=0123456789" },
    } as const;
    const { id } = await transaction(await world.system(), (work) => sendMessage(work, letter));
    await becomes(id, "DEAD");
    sent.length = 0;
    await stays(id, "message.secret_gone");
  });

  test("when it was sent again as another, and not when that one died too", async () => {
    const id = await dead();
    const { id: other } = await resendMessage(ana, { id });
    await becomes(other, "PUBLISHED");
    sent.length = 0;
    await stays(id, "message.sent_again");
    await rows("UPDATE messages SET status = 'DEAD', sent_at = NULL WHERE id = $1", [other]);
    await replay(id);
    await becomes(id, "PUBLISHED");
  });

  test("when whom it was for has left the tenant", async () => {
    const vera = await world.person("reader");
    const id = await dead({ email: "vera@example.test", personId: vera.personId });
    const [{ id: membershipId }] = (await rows("SELECT id FROM memberships WHERE person_id = $1", [vera.personId])) as [
      { id: string },
    ];
    await setMemberStatus(ana, { id: membershipId, status: "DISABLED" });
    await stays(id, "message.nobody");
  });

  test("and holds back none of those that can go, when all are replayed", async () => {
    await rows("DELETE FROM outbox_deliveries WHERE status = 'DEAD'");
    const [first, second] = [await dead(), await dead()];
    await rows("UPDATE messages SET has_secret = true WHERE id = $1", [first]);
    expect(await replayDead(ana, { reaction: "mail" })).toEqual({
      replayed: 1,
      refused: { "message.secret_gone": 1 },
      next: null,
    });
    await becomes(second, "PUBLISHED");
    expect(sent.map((mail) => mail.id)).toEqual([second]);
    sent.length = 0;
    await stays(first, "message.secret_gone");
  });
});

test("what a worker does about an event belongs to the chain of the event", async () => {
  const caller = { ...ana, requestId: "request-1", correlationId: "chain-1" };
  const letter = {
    template: "invitation",
    to: { email: "new@example.test", personId: null },
    language: "en",
    data: { tenant: "Northwind", by: null, hours: 72 },
    secrets: { link: "https://example.test/welcome" },
  } as const;
  const { id } = await transaction(caller, (work) => sendMessage(work, letter));
  await becomes(id, "PUBLISHED");
  const chain = await rows("SELECT action, request_id FROM audit_logs WHERE correlation_id = 'chain-1' ORDER BY id");
  expect(chain.map((row) => row.action)).toEqual(["message.queued", "message.sent"]);
  expect(chain[1].request_id).not.toBe("request-1");
});
