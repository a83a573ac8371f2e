import pg from "pg";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { Caller } from "#server/domain/caller.ts";
import { sendMessage } from "#server/domain/messaging/send-message.ts";
import { transaction } from "#server/domain/transaction.ts";
import { closeChannels } from "#server/platform/channels.ts";
import type { Mail, MailResult, MailSettings } from "#server/platform/mailer.ts";
import { sendMail } from "#server/platform/mailer.ts";
import { startChild } from "#server/testing/children.ts";
import { resendSink, smtpSink } from "#server/testing/mail-sinks.ts";
import { bindTestDatabase, makeTenant } from "#server/testing/world.ts";
import { deliver } from "#server/worker/deliver.ts";
import { mailReaction } from "#server/worker/mail.ts";

const { admin, urls } = bindTestDatabase();
const FROM = { MAIL_FROM_ADDRESS: "desk@countersign.test", MAIL_FROM_NAME: "Desk" };
const WAIT_MS = 60_000;

let system: Caller;
let pool: pg.Pool;
const closing: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  system = await (await makeTenant()).system();
  pool = new pg.Pool({ connectionString: urls().workerUrl, max: 6 });
});
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});
afterAll(async () => {
  await closeChannels();
  await pool.end();
});

const rows = async (text: string, values: unknown[] = []) => (await admin().pool.query(text, values)).rows;

const queue = async (to = "new@example.test") => {
  const letter = {
    template: "invitation",
    to: { email: to, personId: null },
    language: "en",
    data: { tenant: "Northwind", by: "Ana", hours: 72 },
    secrets: { link: "https://example.test/welcome?token=0123456789" },
  } as const;
  return (await transaction(system, (work) => sendMessage(work, letter))).id;
};

/** The worker's loop with mails going where these settings say. */
function work(settings: Partial<MailSettings>, timeout = 3_000): void {
  const stopping = { aborted: false };
  const send = (mail: Mail): Promise<MailResult> => sendMail(mail, { ...FROM, ...settings }, timeout);
  const stop = deliver(pool, [mailReaction(send)], stopping);
  closing.push(() => {
    stopping.aborted = true;
    return stop();
  });
}

async function opened<T extends { close(): Promise<void> }>(sink: Promise<T>): Promise<T> {
  const { close } = await sink;
  closing.push(close);
  return sink;
}

const message = async (id: string) => (await rows("SELECT * FROM messages WHERE id = $1", [id]))[0];
const delivery = async (id: string) =>
  (await rows("SELECT * FROM outbox_deliveries WHERE aggregate_id = $1 AND aggregate_version = 1", [id]))[0];
const becomes = (id: string, status: string) =>
  expect.poll(async () => (await message(id)).status, { timeout: WAIT_MS, interval: 50 }).toBe(status);
/** What waits is due now. */
const due = (id: string) => rows("UPDATE outbox_deliveries SET not_before = now() WHERE aggregate_id = $1", [id]);

describe("O1 O2 a queued message leaves by itself, once", () => {
  test("over SMTP, with its link, and its delivery is published", async () => {
    const sink = await opened(smtpSink());
    work({ SMTP_URL: sink.url });
    const ids = await Promise.all(Array.from({ length: 12 }, (_, n) => queue(`p${n}@example.test`)));
    for (const id of ids) await becomes(id, "SENT");
    expect(sink.received.map((m) => m.messageId).sort()).toEqual(ids.map((id) => `<${id}@countersign.test>`).sort());
    expect(sink.received[0]?.text).toContain("token=0123456789");
    await expect.poll(async () => (await delivery(ids[0] as string)).status, { timeout: WAIT_MS }).toBe("PUBLISHED");
  });

  test("with no provider it is captured: kept, and sent to nobody", async () => {
    work({});
    const id = await queue();
    await becomes(id, "CAPTURED");
    expect(await message(id)).toMatchObject({ provider: "CAPTURE", sent_at: null });
  });

  test("a worker killed while Resend answers leaves it to another, which sends it under the same key", async () => {
    const sink = await opened(resendSink("hang", { status: 200, body: { id: "theirs" } }));
    const environment = { RESEND_API_KEY: "re_key", RESEND_BASE_URL: sink.url };
    const id = await queue();
    const killed = startChild("server/worker/main.ts", urls(), environment);
    await expect.poll(() => sink.received.length, { timeout: WAIT_MS, interval: 20 }).toBe(1);
    killed.kill("SIGKILL");
    await killed.ended;
    expect((await message(id)).status).toBe("SENDING");
    for (const table of ["messages", "outbox_deliveries"])
      await rows(`UPDATE ${table} SET leased_until = now() - interval '1 second' WHERE leased_until IS NOT NULL`);
    work(environment);
    await becomes(id, "SENT");
    expect(sink.received.map((r) => r.headers["idempotency-key"])).toEqual([id, id]);
    expect(await message(id)).toMatchObject({ attempts: 2, provider_message_id: "theirs" });
  });
});

describe("what a provider refuses", () => {
  test("for good is dead at once, message and delivery, each with the reason", async () => {
    const refused = Object.assign(new Error("nobody here"), { responseCode: 550 });
    const sink = await opened(smtpSink({ onRcptTo: (_address, _session, done) => done(refused) }));
    work({ SMTP_URL: sink.url });
    const id = await queue();
    await becomes(id, "DEAD");
    expect((await message(id)).last_error).toContain("550");
    await expect.poll(async () => (await delivery(id)).status, { timeout: WAIT_MS }).toBe("DEAD");
    expect((await delivery(id)).last_error).toContain("550");
    expect(await rows("SELECT FROM message_secrets WHERE message_id = $1", [id])).toEqual([]);
  });

  test("O6 for now is tried again no sooner than Retry-After says, and then sent", async () => {
    const limited = { name: "rate_limit_exceeded", statusCode: 429, message: "slower" };
    const sink = await opened(
      resendSink(
        { status: 429, body: limited, headers: { "retry-after": "600" } },
        { status: 200, body: { id: "theirs" } },
      ),
    );
    work({ RESEND_API_KEY: "re_key", RESEND_BASE_URL: sink.url });
    const id = await queue();
    await expect
      .poll(async () => (await delivery(id))?.status === "PENDING" && (await delivery(id)).attempts, {
        timeout: WAIT_MS,
      })
      .toBe(1);
    const { not_before, updated_at } = await delivery(id);
    expect(not_before.getTime() - updated_at.getTime()).toBeGreaterThan(595_000);
    expect(await message(id)).toMatchObject({ status: "QUEUED", last_error: expect.stringContaining("429") });
    await due(id);
    await becomes(id, "SENT");
    expect(sink.received).toHaveLength(2);
  });

  test("for ever in that way is dead after five attempts", async () => {
    work({ SMTP_URL: "smtp://127.0.0.1:1" });
    const id = await queue();
    for (let n = 1; n < 5; n++) {
      await expect.poll(async () => (await message(id)).attempts, { timeout: WAIT_MS, interval: 20 }).toBe(n);
      await expect.poll(async () => (await delivery(id)).status, { timeout: WAIT_MS, interval: 20 }).toBe("PENDING");
      await due(id);
    }
    await becomes(id, "DEAD");
    expect(await message(id)).toMatchObject({ attempts: 5 });
    await expect.poll(async () => (await delivery(id)).status, { timeout: WAIT_MS }).toBe("DEAD");
  });

  test("one message that cannot go holds up no other", async () => {
    const sink = await opened(
      smtpSink({
        onRcptTo: ({ address }, _session, done) =>
          done(address.startsWith("bad") ? Object.assign(new Error("no"), { responseCode: 550 }) : undefined),
      }),
    );
    work({ SMTP_URL: sink.url });
    const [bad, good] = [await queue("bad@example.test"), await queue("good@example.test")];
    await becomes(good, "SENT");
    await becomes(bad, "DEAD");
  });
});
