import { beforeAll, describe, expect, test } from "vitest";
import { deliverMessage } from "#server/domain/messaging/deliver-message.ts";
import { ATTEMPTS_MAX, LEASE_SECONDS, waitAfter } from "#server/domain/messaging/rules.ts";
import { sendMessage } from "#server/domain/messaging/send-message.ts";
import { transaction } from "#server/domain/transaction.ts";
import type { World } from "#server/testing/world.ts";
import { bindTestDatabase, makeTenant } from "#server/testing/world.ts";

const { admin } = bindTestDatabase();
let world: World;
beforeAll(async () => {
  world = await makeTenant();
});

const LINK = "https://example.test/welcome?token=abc&b=<1>";

async function invite(link = LINK): Promise<string> {
  const letter = {
    template: "invitation",
    to: { email: "New@Example.test", personId: null },
    language: "es",
    data: { tenant: "Northwind <b>", by: "Ana", hours: 72 },
    secrets: { link },
  } as const;
  return (await transaction(await world.system(), (work) => sendMessage(work, letter))).id;
}

type Send = Parameters<typeof deliverMessage>[2];
const accept: Send = async () => ({ provider: "SMTP", outcome: "SENT", providerMessageId: "theirs" });
const later: Send = async () => ({ provider: "SMTP", outcome: "RETRY", reason: "451 greylisted" });
const refuse: Send = async () => ({ provider: "SMTP", outcome: "REFUSED", reason: "550 nobody here" });
const deliver = async (id: string, send: Send) => deliverMessage(await world.system(), id, send);

const ask = async (text: string, values: unknown[] = []) => (await admin().pool.query(text, values)).rows;
const row = async (id: string) => (await ask("SELECT * FROM messages WHERE id = $1", [id]))[0];
const secrets = async (id: string) => ask("SELECT FROM message_secrets WHERE message_id = $1", [id]);
const attempts = (id: string) =>
  ask("SELECT number, outcome, error FROM message_attempts WHERE message_id = $1 ORDER BY 1", [id]);

describe("O2 a message leaves once", () => {
  test("as it was written, with its link; a second delivery sends nothing", async () => {
    const id = await invite();
    const letters: Parameters<Send>[0][] = [];
    const send: Send = async (letter) => {
      letters.push(letter);
      return accept(letter);
    };
    expect(await deliver(id, send)).toEqual({ is: "done" });
    expect(await deliver(id, send)).toEqual({ is: "done" });
    expect(letters).toHaveLength(1);
    expect(letters[0]).toMatchObject({ id, to: "new@example.test", subject: "Le invitan a Northwind <b>" });
    expect(letters[0]?.text).toContain(LINK);
    expect(letters[0]?.html).toContain('href="https://example.test/welcome?token=abc&#38;b=&#60;1&#62;"');
    expect(letters[0]?.html).toContain("Northwind &lt;b&gt;");
    expect(await row(id)).toMatchObject({ status: "SENT", attempts: 1, provider_message_id: "theirs", version: 2 });
    expect(await attempts(id)).toEqual([{ number: 1, outcome: "SENT", error: null }]);
  });

  test("while one worker sends it no other does, and its outcome counts though the lease ran out meanwhile", async () => {
    const id = await invite();
    const outcome = await deliver(id, async (letter) => {
      const other = await deliver(id, () => Promise.reject(new Error("sent twice")));
      expect(other).toMatchObject({ is: "later", reason: "another worker is sending it" });
      await ask("UPDATE messages SET leased_until = now() - interval '1 second' WHERE id = $1", [id]);
      return accept(letter);
    });
    expect(outcome).toEqual({ is: "done" });
    expect(await row(id)).toMatchObject({ status: "SENT", attempts: 1 });
  });

  test("O4 a worker whose message was taken over changes nothing of it", async () => {
    const id = await invite();
    await deliver(id, async (letter) => {
      await ask("UPDATE messages SET leased_until = now() - interval '1 second' WHERE id = $1", [id]);
      await deliver(id, accept);
      return refuse(letter);
    });
    expect(await row(id)).toMatchObject({ status: "SENT", attempts: 2 });
    expect(await attempts(id)).toEqual([{ number: 2, outcome: "SENT", error: null }]);
  });

  test("a worker that dies while sending leaves it to the next, after its lease", async () => {
    const id = await invite();
    await expect(deliver(id, () => Promise.reject(new Error("killed")))).rejects.toThrow("killed");
    const held = await row(id);
    expect(held).toMatchObject({ status: "SENDING", attempts: 1 });
    const waits = (held.leased_until.getTime() - held.updated_at.getTime()) / 1000;
    expect(waits).toBe(LEASE_SECONDS);
    await ask("UPDATE messages SET leased_until = now() - interval '1 second' WHERE id = $1", [id]);
    expect(await deliver(id, accept)).toEqual({ is: "done" });
    expect(await row(id)).toMatchObject({ status: "SENT", attempts: 2 });
  });
});

describe("what does not get through", () => {
  test("is tried again, later each time and at most five times, then dead with its reason", async () => {
    const id = await invite();
    for (let n = 1; n < ATTEMPTS_MAX; n++) {
      const outcome = await deliver(id, later);
      const { status, updated_at } = await row(id);
      expect([status, outcome]).toEqual([
        "QUEUED",
        {
          is: "later",
          reason: "451 greylisted",
          notBefore: new Date(updated_at.getTime() + waitAfter(n, undefined) * 1000),
        },
      ]);
      expect(await secrets(id)).toHaveLength(1);
    }
    expect(await deliver(id, later)).toEqual({ is: "dead", reason: "451 greylisted" });
    expect(await deliver(id, accept)).toEqual({ is: "dead", reason: "451 greylisted" });
    expect(await row(id)).toMatchObject({ status: "DEAD", attempts: ATTEMPTS_MAX, last_error: "451 greylisted" });
    expect(await attempts(id)).toHaveLength(ATTEMPTS_MAX);
  });

  test("O6 waits as long as the provider asked for, within a bound", () => {
    expect(waitAfter(1, 45)).toBe(45);
    expect(waitAfter(1, 1)).toBe(30);
    expect(waitAfter(4, undefined)).toBe(3600);
    expect(waitAfter(99, 10 ** 9)).toBe(6 * 3600);
  });

  test("a refusal for good is dead at once, and told as an event", async () => {
    const id = await invite();
    expect(await deliver(id, refuse)).toEqual({ is: "dead", reason: "550 nobody here" });
    const events = await ask(
      "SELECT event_type, aggregate_version, payload FROM outbox_events WHERE aggregate_id = $1 ORDER BY aggregate_version",
      [id],
    );
    expect(events.map((e) => [e.event_type, e.aggregate_version])).toEqual([
      ["MessageQueued", 1],
      ["MessageDead", 2],
    ]);
  });
});

describe("U8 a one-time link", () => {
  test.each([
    ["sent", accept],
    ["refused", refuse],
  ])("is in no row of any table once the message is %s, nor in what was shown before", async (_, send) => {
    const token = `secret-${Math.random().toString(36).slice(2)}-token`;
    const id = await invite(`https://example.test/welcome?token=${token}`);
    const everywhere = async () => {
      const tables = await ask("SELECT tablename AS t FROM pg_tables WHERE schemaname = 'public'");
      const found: string[] = [];
      for (const { t } of tables)
        if ((await ask(`SELECT FROM ${t} x WHERE x::text LIKE '%' || $1 || '%' LIMIT 1`, [token])).length > 0)
          found.push(t);
      return found;
    };
    expect(await everywhere()).toEqual([]);
    await deliver(id, send);
    expect(await everywhere()).toEqual([]);
    expect(await secrets(id)).toEqual([]);
  });

  test("that was sealed for one message opens in no other", async () => {
    const [a, b] = [await invite(), await invite()];
    await ask(
      "UPDATE message_secrets SET sealed = (SELECT sealed FROM message_secrets WHERE message_id = $1) WHERE message_id = $2",
      [a, b],
    );
    expect(await deliver(b, accept)).toEqual({ is: "dead", reason: "the one-time link is gone" });
    expect(await deliver(a, accept)).toEqual({ is: "done" });
  });

  test("goes only where its own message names it: a text that looks like another's placeholder stays as it is", async () => {
    const id = await invite();
    await ask(
      "UPDATE messages SET text = text || '{{secret:01970000-0000-7000-8000-000000000001:link}}' WHERE id = $1",
      [id],
    );
    let text = "";
    await deliver(id, async (letter) => {
      text = letter.text;
      return accept(letter);
    });
    expect(text).toContain(LINK);
    expect(text).toContain("{{secret:01970000");
  });
});

test("O1 a message of a transaction that is rolled back was never there", async () => {
  const letter = {
    template: "invitation",
    to: { email: "gone@example.test", personId: null },
    language: "en",
    data: { tenant: "x", by: null, hours: 1 },
    secrets: { link: LINK },
  } as const;
  const system = await world.system();
  await transaction(system, (work) => sendMessage(work, letter), { dryRun: true });
  expect(await ask("SELECT FROM messages WHERE to_email = 'gone@example.test'")).toEqual([]);
});
