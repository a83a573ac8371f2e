import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { decideApproval } from "#server/domain/approvals/decide.ts";
import { remindApprovers } from "#server/domain/approvals/remind-approvers.ts";
import type { Caller } from "#server/domain/caller.ts";
import type { DeliveryStatus } from "#server/domain/events/rules.ts";
import { uuidv7 } from "#server/domain/ids.ts";
import { deliverMessage } from "#server/domain/messaging/deliver-message.ts";
import { getEvent, listDeliveries, outboxBacklog, traceOf } from "#server/domain/outbox/queries.ts";
import { COUNT_MAX, MASK, shownPayload } from "#server/domain/outbox/rules.ts";
import type { DeliveryPage, Trace } from "#server/domain/outbox/schema.ts";
import { invitePerson } from "#server/domain/people/invite-person.ts";
import { transaction } from "#server/domain/transaction.ts";
import { refused } from "#server/testing/refused.ts";
import type { World } from "#server/testing/world.ts";
import { bindTestDatabase, makeTenant } from "#server/testing/world.ts";
import { fanOut } from "#server/worker/fan-out.ts";
import { REACTIONS } from "#server/worker/reactions.ts";

const { admin, urls } = bindTestDatabase();

let world: World;
let ana: Caller;
let olu: Caller;
let pool: pg.Pool;

beforeAll(async () => {
  world = await makeTenant();
  [ana, olu] = [await world.person("administrator"), await world.person("decider")];
  pool = new pg.Pool({ connectionString: urls().workerUrl, max: 2 });
});
afterAll(() => pool.end());

const rows = async (text: string, values: unknown[] = []) => (await admin().pool.query(text, values)).rows;
const drain = async () => {
  for (let more = true; more; ) ({ more } = await fanOut(pool, REACTIONS));
};
const reactionOf = async (name: string, caller = ana) =>
  (await outboxBacklog(caller, {})).reactions.find((r) => r.reaction === name);

/** A delivery of each status for as many events of a type of their own, by the owner's hand. */
async function deliveries(of: World, eventType: string, statuses: readonly DeliveryStatus[]): Promise<string[]> {
  const system = await of.system();
  const requestId = uuidv7();
  await transaction({ ...system, requestId }, async (work) =>
    work.emit(
      ...statuses.map(() => ({
        aggregateType: "TESTS",
        aggregateId: uuidv7(),
        aggregateVersion: 1,
        eventType,
        payload: {},
      })),
    ),
  );
  await drain();
  const events = await rows("SELECT id FROM outbox_events WHERE request_id = $1 ORDER BY id", [requestId]);
  const ids = events.map(({ id }) => id);
  await rows(
    `UPDATE outbox_deliveries d SET status = s.status, published_at = CASE WHEN s.status = 'PUBLISHED' THEN clock_timestamp() END,
       leased_until = CASE WHEN s.status = 'PROCESSING' THEN clock_timestamp() + interval '1 hour' END, attempts = 1,
       last_error = CASE WHEN s.status = 'DEAD' THEN 'no such host' END
     FROM unnest($1::uuid[], $2::text[]) AS s (id, status) WHERE d.event_id = s.id`,
    [ids, statuses],
  );
  return ids;
}

describe("the backlog", () => {
  test("counts by reaction what waits, what is worked on, what died and what left within the hour, and how old the oldest is", async () => {
    const other = await makeTenant();
    const boss = await other.person("administrator");
    await drain();
    await rows("DELETE FROM outbox_deliveries WHERE tenant_id = $1", [other.tenantId]);
    expect(await reactionOf("live", boss)).toEqual({
      reaction: "live",
      pending: 0,
      processing: 0,
      dead: 0,
      publishedInHour: 0,
      oldestOpenAt: null,
      lagMs: null,
    });
    const ids = await deliveries(other, "Backlog", [
      "PENDING",
      "PENDING",
      "PROCESSING",
      "DEAD",
      "PUBLISHED",
      "PUBLISHED",
      "PUBLISHED",
    ]);
    await rows("UPDATE outbox_deliveries SET published_at = published_at - interval '2 hours' WHERE event_id = $1", [
      ids[6],
    ]);
    const [first] = await rows("SELECT created_at FROM outbox_events WHERE id = $1", [ids[0]]);
    expect(await reactionOf("live", boss)).toEqual({
      reaction: "live",
      pending: 2,
      processing: 1,
      dead: 1,
      publishedInHour: 2,
      oldestOpenAt: first.created_at.toISOString(),
      lagMs: { p50: expect.any(Number), p95: expect.any(Number) },
    });
    expect(await reactionOf("mail", boss)).toMatchObject({ pending: 0, dead: 0 });
  });

  test("measures the lag from the event to its delivery; what was replayed does not count", async () => {
    const other = await makeTenant();
    const boss = await other.person("administrator");
    await drain();
    await rows("DELETE FROM outbox_deliveries WHERE tenant_id = $1", [other.tenantId]);
    const ids = await deliveries(other, "Lag", ["PUBLISHED", "PUBLISHED", "PUBLISHED"]);
    for (const [at, seconds] of [1, 3, 600].entries())
      await rows(
        "UPDATE outbox_deliveries d SET published_at = e.created_at + make_interval(secs => $2) FROM outbox_events e WHERE e.id = d.event_id AND d.event_id = $1",
        [ids[at], seconds],
      );
    await rows("UPDATE outbox_deliveries SET attempts_before = 1 WHERE event_id = $1", [ids[2]]);
    expect(await reactionOf("live", boss)).toMatchObject({ publishedInHour: 3, lagMs: { p50: 2000, p95: 2900 } });
  });

  test("says how many events are still to be fanned out, and since when", async () => {
    await drain();
    expect((await outboxBacklog(ana, {})).waiting).toEqual({ count: 0, oldestAt: null });
    await world.approvals(3);
    const { waiting } = await outboxBacklog(ana, {});
    expect(waiting.count).toBe(3);
    expect(Date.now() - Date.parse(waiting.oldestAt ?? "")).toBeLessThan(60_000);
    await drain();
  });

  test("counts to ten thousand and no further", async () => {
    const other = await makeTenant();
    await rows(
      `INSERT INTO outbox_deliveries (tenant_id, event_id, reaction, aggregate_type, aggregate_id, aggregate_version, max_attempts)
       SELECT $1, gen_random_uuid(), 'live', 'TESTS', gen_random_uuid(), 1, 3 FROM generate_series(1, $2)`,
      [other.tenantId, COUNT_MAX + 200],
    );
    expect(await reactionOf("live", await other.person("administrator"))).toMatchObject({ pending: COUNT_MAX + 1 });
    await rows("DELETE FROM outbox_deliveries WHERE tenant_id = $1", [other.tenantId]);
  });
});

type Filter = NonNullable<Parameters<typeof listDeliveries>[1]["filter"]>;
const every = async (filter: Filter, limit: number, caller = ana) => {
  const items: DeliveryPage["items"][number][] = [];
  let cursor: DeliveryPage["next"] = null;
  do {
    const page: DeliveryPage = await listDeliveries(caller, { filter, limit, cursor });
    expect(page.items.length).toBeLessThanOrEqual(limit);
    items.push(...page.items);
    cursor = page.next;
  } while (cursor);
  return items;
};

describe("the list", () => {
  let tenant: World;
  let boss: Caller;
  beforeAll(async () => {
    tenant = await makeTenant();
    boss = await tenant.person("administrator");
    await invitePerson(boss, { email: "new@example.test", name: "New" });
    const statuses = ["PENDING", "DEAD", "PUBLISHED", "PROCESSING", "DEAD"] as const;
    await deliveries(
      tenant,
      "Listed",
      Array.from({ length: 60 }, (_, n) => statuses[n % statuses.length] as DeliveryStatus),
    );
    await deliveries(tenant, "Rare", ["DEAD", "PUBLISHED"]);
  });

  const bySql = async (where: string, values: unknown[] = []) =>
    (
      await rows(
        `SELECT d.event_id || ' ' || d.reaction AS key FROM outbox_deliveries d JOIN outbox_events e ON e.id = d.event_id
         WHERE d.tenant_id = $1 AND ${where} ORDER BY d.event_id DESC, d.reaction DESC`,
        [tenant.tenantId, ...values],
      )
    ).map((r) => r.key);

  test.each<[string, Filter, string]>([
    ["all", {}, "true"],
    ["the dead", { status: ["DEAD"] }, "d.status = 'DEAD'"],
    ["the open", { status: ["PENDING", "PROCESSING"] }, "d.status IN ('PENDING', 'PROCESSING')"],
    ["those that are worked on", { status: ["PROCESSING"] }, "d.status = 'PROCESSING'"],
    ["the published", { status: ["PUBLISHED"] }, "d.status = 'PUBLISHED'"],
    ["dead and open ones", { status: ["DEAD", "PENDING"] }, "d.status IN ('DEAD', 'PENDING')"],
    ["those of a reaction", { reaction: ["mail"] }, "d.reaction = 'mail'"],
    [
      "the dead of a rare type",
      { status: ["DEAD"], eventType: ["Rare"] },
      "d.status = 'DEAD' AND e.event_type = 'Rare'",
    ],
    [
      "a type in one reaction",
      { eventType: ["MessageQueued"], reaction: ["mail"] },
      "e.event_type = 'MessageQueued' AND d.reaction = 'mail'",
    ],
    ["what is not there", { eventType: ["Never"] }, "false"],
  ])("holds %s, each once and the newest first, page by page", async (_, filter, where) => {
    const expected = await bySql(where);
    for (const limit of [7, 200])
      expect((await every(filter, limit, boss)).map((d) => `${d.eventId} ${d.reaction}`)).toEqual(expected);
  });

  test("finds what happened to one aggregate", async () => {
    const [message] = await rows("SELECT id FROM messages WHERE tenant_id = $1", [tenant.tenantId]);
    const found = await every({ aggregateId: message.id }, 1, boss);
    expect(found.map((d) => [d.eventType, d.reaction])).toEqual([
      ["MessageQueued", "mail"],
      ["MessageQueued", "live"],
    ]);
    expect(await every({ aggregateId: uuidv7() }, 50, boss)).toEqual([]);
  });

  test("says of a dead one why, after how many attempts, and of what", async () => {
    const [item] = (await listDeliveries(boss, { filter: { status: ["DEAD"], eventType: ["Rare"] } })).items;
    expect(item).toMatchObject({
      reaction: "live",
      status: "DEAD",
      attempts: 1,
      maxAttempts: 3,
      lastError: "no such host",
      dueAt: null,
      eventType: "Rare",
      aggregate: { type: "TESTS", version: 1 },
    });
  });
});

describe("an event", () => {
  test("has its payload, its deliveries and, as its status, the worst of theirs", async () => {
    const [id = ""] = await deliveries(world, "One", ["DEAD"]);
    expect(await getEvent(ana, { id })).toMatchObject({
      eventType: "One",
      status: "DEAD",
      fannedOut: true,
      deliveries: [{ reaction: "live", status: "DEAD", lastError: "no such host" }],
    });
    await rows("DELETE FROM outbox_deliveries WHERE event_id = $1", [id]); // published, and removed after a week
    expect(await getEvent(ana, { id })).toMatchObject({ status: "PUBLISHED", fannedOut: true, deliveries: [] });
  });

  test("that no worker has seen is pending, not published", async () => {
    const [approval = ""] = await world.approvals(1);
    const [{ id }] = (await rows("SELECT id FROM outbox_events WHERE aggregate_id = $1", [approval])) as [
      { id: string },
    ];
    expect(await getEvent(ana, { id })).toMatchObject({ status: "PENDING", fannedOut: false, deliveries: [] });
    await drain();
    expect(await getEvent(ana, { id })).toMatchObject({
      status: "PENDING",
      fannedOut: true,
      deliveries: [{ status: "PENDING" }],
    });
  });

  test("U8 shows dots where something is written under a secret's name, however deep, and all else as it is", () => {
    const payload = {
      token: "abc",
      nested: [{ client_secret: "abc", apiKey: "k", evidenceHash: "h" }],
      link: "https://…",
      password: null,
      scopeId: "s",
      n: 1,
    };
    expect(shownPayload(payload)).toEqual({
      token: MASK,
      nested: [{ client_secret: MASK, apiKey: MASK, evidenceHash: "h" }],
      link: MASK,
      password: null,
      scopeId: "s",
      n: 1,
    });
  });

  test("U8 no event that is written needs it: payloads hold no one-time link and no name of a secret", async () => {
    const { link } = (await invitePerson(ana, { email: `n${uuidv7()}@example.test`, name: "New" })) as {
      link?: string;
    };
    const payloads = (await rows("SELECT payload FROM outbox_events")).map((r) => r.payload);
    expect(payloads.length).toBeGreaterThan(50);
    for (const payload of payloads) expect(shownPayload(payload)).toEqual(payload);
    if (link) expect(JSON.stringify(payloads)).not.toContain(link.split("token=")[1]);
  });
});

describe("a trace", () => {
  const whole = async (which: { requestId: string } | { correlationId: string }, caller = ana, limit = 200) => {
    const steps: Trace["steps"][number][] = [];
    let after: string | null = null;
    let hidden: Trace["hidden"] = [];
    do {
      const page: Trace = await traceOf(caller, { ...which, after, limit });
      steps.push(...page.steps);
      ({ next: after, hidden } = page);
    } while (after);
    return { steps, hidden };
  };

  /** A request that reminds two people, one of whose mails a worker has captured by now. */
  const reminded = async () => {
    const asker = { ...olu, requestId: `req-${uuidv7()}`, correlationId: `chain-${uuidv7()}` };
    await world.person("decider", world.orgs.ny);
    const [id = ""] = await world.approvals(1, { orgId: world.orgs.ny });
    await remindApprovers(asker, { id });
    const [message] = await rows("SELECT id FROM messages WHERE request_id = $1 ORDER BY id LIMIT 1", [
      asker.requestId,
    ]);
    const system = await world.system();
    await deliverMessage({ ...system, correlationId: asker.correlationId }, message.id, async () => ({
      provider: "CAPTURE",
      outcome: "CAPTURED",
    }));
    await drain();
    return { asker, id, messageId: message.id as string };
  };

  test("holds every event, audit entry and message of one request, and of its chain what followed too, in time order", async () => {
    const { asker } = await reminded();
    for (const [column, which] of [
      ["request_id", { requestId: asker.requestId }],
      ["correlation_id", { correlationId: asker.correlationId }],
    ] as const) {
      const expected = await rows(
        `SELECT id FROM outbox_events WHERE ${column} = $1 UNION ALL SELECT id FROM audit_logs WHERE ${column} = $1 UNION ALL SELECT id FROM messages WHERE ${column} = $1`,
        [Object.values(which)[0]],
      );
      const { steps, hidden } = await whole(which);
      expect(hidden).toEqual([]);
      expect(steps.map((s) => s.id).sort()).toEqual(expected.map((r) => r.id).sort());
      expect(steps.map((s) => s.at)).toEqual(steps.map((s) => s.at).sort());
      expect((await whole(which, ana, 2)).steps.map((s) => s.id).sort()).toEqual(steps.map((s) => s.id).sort());
    }
    const inRequest = (await whole({ requestId: asker.requestId })).steps.map((s) => `${s.kind} ${s.name}`);
    const inChain = (await whole({ correlationId: asker.correlationId })).steps.map((s) => `${s.kind} ${s.name}`);
    expect(inRequest).toEqual(
      expect.arrayContaining([
        "AUDIT approval.reminded",
        "AUDIT message.queued",
        "EVENT MessageQueued",
        "MESSAGE approvalReminder",
      ]),
    );
    expect(inRequest).not.toContain("AUDIT message.captured");
    expect(inChain).toEqual(expect.arrayContaining([...inRequest, "AUDIT message.captured", "EVENT MessageSent"]));
  });

  test("says who acted, what became of each event and how each message stands", async () => {
    const { asker, id, messageId } = await reminded();
    const { steps } = await whole({ requestId: asker.requestId });
    expect(steps.find((s) => s.name === "approval.reminded")).toMatchObject({
      by: olu.name,
      target: { type: "approval", id },
    });
    expect(steps.find((s) => s.id === messageId)).toMatchObject({ kind: "MESSAGE", status: "CAPTURED", by: olu.name });
    expect(steps.filter((s) => s.kind === "EVENT").map((s) => s.status)).toEqual(expect.arrayContaining(["PENDING"]));
    const [event] = steps.filter((s) => s.kind === "EVENT");
    await rows("UPDATE outbox_deliveries SET status = 'DEAD' WHERE event_id = $1 AND reaction = 'live'", [event?.id]);
    expect((await whole({ requestId: asker.requestId })).steps.find((s) => s.id === event?.id)).toMatchObject({
      status: "DEAD",
    });
  });

  test("leaves out, and says so, what its reader may not read", async () => {
    const { asker } = await reminded();
    const narrow = await world.person("administrator");
    const without = (permission: string) => ({
      ...narrow,
      access: {
        ...narrow.access,
        grants: narrow.access.grants.map((g) => ({
          ...g,
          permissions: new Set([...g.permissions].filter((p) => p !== permission)),
        })),
      },
    });
    const kinds = async (caller: Caller) => {
      const { steps, hidden } = await whole({ requestId: asker.requestId }, caller);
      return [[...new Set(steps.map((s) => s.kind))].sort(), hidden];
    };
    expect(await kinds(narrow)).toEqual([["AUDIT", "EVENT", "MESSAGE"], []]);
    expect(await kinds(without("audit:read"))).toEqual([["EVENT", "MESSAGE"], ["AUDIT"]]);
    expect(await kinds(without("messages:read"))).toEqual([["AUDIT", "EVENT"], ["MESSAGE"]]);
  });

  test("is of one request or of one chain, and of something", async () => {
    for (const input of [{}, { requestId: "a", correlationId: "b" }, { requestId: "" }])
      expect(await refused(traceOf(ana, input))).toMatchObject({ code: "input.invalid" });
    expect(await traceOf(ana, { requestId: "nobody's" })).toEqual({ steps: [], next: null, hidden: [] });
  });
});

describe("another tenant's outbox, and one of a part of the tenant", () => {
  test("answers exactly as if nothing were there", async () => {
    const theirs = await makeTenant();
    const decider = await theirs.person("decider");
    const asker = { ...decider, requestId: "their-request", correlationId: "their-chain" };
    const [approval = ""] = await theirs.approvals(1);
    await decideApproval(asker, { id: approval, decision: "APPROVE" });
    await drain();
    const [{ id }] = (await rows("SELECT id FROM outbox_events WHERE request_id = 'their-request'")) as [
      { id: string },
    ];
    expect(await refused(getEvent(ana, { id }))).toEqual(await refused(getEvent(ana, { id: uuidv7() })));
    expect(await listDeliveries(ana, { filter: { aggregateId: approval } })).toEqual({ items: [], next: null });
    for (const which of [{ requestId: "their-request" }, { correlationId: "their-chain" }])
      expect(await traceOf(ana, which)).toEqual({ steps: [], next: null, hidden: [] });
    expect((await listDeliveries(ana, { limit: 200 })).items.map((d) => d.eventId)).not.toContain(id);
  });

  test("is read by nobody who holds it in an organisation only, nor in a narrowed session", async () => {
    const local = await world.person("administrator", world.orgs.ca);
    const narrowed = { ...ana, within: world.orgs.ca };
    const asked = [
      (caller: Caller) => outboxBacklog(caller, {}),
      (caller: Caller) => listDeliveries(caller, {}),
      (caller: Caller) => getEvent(caller, { id: uuidv7() }),
      (caller: Caller) => traceOf(caller, { requestId: "r" }),
    ];
    for (const caller of [local, narrowed])
      for (const ask of asked) expect(await refused(ask(caller))).toMatchObject({ code: "access.denied" });
  });
});
