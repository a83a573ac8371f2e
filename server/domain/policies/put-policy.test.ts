import { beforeAll, describe, expect, test } from "vitest";
import type { Stage } from "#server/domain/approvals/rules.ts";
import { submitApprovals } from "#server/domain/approvals/submit.ts";
import type { Caller } from "#server/domain/caller.ts";
import { putPolicy } from "#server/domain/policies/put-policy.ts";
import { getPolicy, listPolicies, tryOutPolicy } from "#server/domain/policies/queries.ts";
import { tableHashes } from "#server/testing/record.ts";
import { codeOf, refused } from "#server/testing/refused.ts";
import type { World } from "#server/testing/world.ts";
import { bindTestDatabase, makeTenant } from "#server/testing/world.ts";

const { admin } = bindTestDatabase();
const ONE = { name: "One", permission: "approvals:decide", needed: 1 } as const;
const SECOND = { name: "Second", permission: "approvals:confirm", needed: 1 } as const;

let world: World;
let ana: Caller;

beforeAll(async () => {
  world = await makeTenant();
  ana = await world.person("administrator");
});

const put = (type: string, stages: Stage[], version?: number, caller = ana) =>
  putPolicy(caller, { type, name: `About ${type}`, stages, version });

describe("saving a policy", () => {
  test("is a new version each time, audited with what was before; the ones before stay as they were", async () => {
    await put("kept", [ONE], 0);
    await putPolicy(ana, {
      type: "kept",
      name: "Kept",
      stages: [ONE, { ...SECOND, when: "  amount > 5 " }],
      dueAfterHours: 24,
      expiresAfterHours: 48,
      submittingClientMayDecide: false,
      version: 1,
    });
    const { versions } = await getPolicy(ana, { type: "kept" });
    expect(versions).toMatchObject([
      {
        version: 2,
        name: "Kept",
        stages: [ONE, { ...SECOND, when: "amount > 5" }],
        dueAfterHours: 24,
        expiresAfterHours: 48,
        submittingClientMayDecide: false,
        by: ana.name,
      },
      { version: 1, name: "About kept", stages: [ONE], dueAfterHours: null, expiresAfterHours: null, by: ana.name },
    ]);
    const { rows } = await admin().pool.query(
      `SELECT l.before, l.after, e.aggregate_version FROM audit_logs l JOIN outbox_events e ON e.aggregate_id = l.target_id AND e.event_type = 'PolicyChanged' AND e.request_id = l.request_id AND e.aggregate_version = (l.after ->> 'version')::int
       WHERE l.action = 'policy.put' AND l.after ->> 'type' = 'kept' ORDER BY l.id`,
    );
    expect(rows).toMatchObject([
      { before: null, after: { version: 1 }, aggregate_version: 1 },
      { before: { version: 1, stages: [ONE] }, after: { version: 2, dueAfterHours: 24 }, aggregate_version: 2 },
    ]);
    expect((await listPolicies(ana, {})).items.map((p) => [p.type, p.version])).toEqual(
      expect.arrayContaining([
        ["*", 1],
        ["kept", 2],
      ]),
    );
  });

  test("against a version that is not the newest is refused with the newest, and writes nothing", async () => {
    await put("raced", [ONE]);
    const before = await tableHashes(admin().pool);
    expect(await refused(put("raced", [SECOND], 0))).toEqual({ code: "policy.stale", facts: { version: 1 } });
    expect(await refused(put("raced", [SECOND], 7))).toEqual({ code: "policy.stale", facts: { version: 1 } });
    expect(await refused(put("never", [ONE], 1))).toEqual({ code: "policy.stale", facts: { version: 0 } });
    expect(await tableHashes(admin().pool)).toEqual(before);
  });

  test("by many at once against one version is done by one of them", async () => {
    for (const version of [0, 1]) {
      const answers = await Promise.all(
        Array.from({ length: 6 }, () =>
          put("busy", [ONE], version).then(
            (p) => p.version,
            (e) => e.code,
          ),
        ),
      );
      expect(answers.sort()).toEqual([version + 1, ...Array(5).fill("policy.stale")]);
    }
  });

  test.each<[string, object]>([
    ["a condition with a flaw", { stages: [ONE, { ...SECOND, when: "amount >" }] }],
    ["a condition that is too long", { stages: [ONE, { ...SECOND, when: `amount > 1 ${" ".repeat(500)}|| true` }] }],
    [
      "conditions on all stages: a request that fits none would be approved by nobody",
      { stages: [{ ...ONE, when: "amount > 1" }] },
    ],
    ["no stage", { stages: [] }],
    ["more stages than ten", { stages: Array(11).fill(ONE) }],
    ["a permission that lets nobody in", { stages: [{ ...ONE, permission: "audit:read" }] }],
    ["an effect that there is not", { effect: "points.mint" }],
    ["a due date in no time", { dueAfterHours: 0 }],
    [
      "a payload schema that is none of ours",
      { payloadSchema: { type: "object", properties: {}, patternProperties: {} } },
    ],
    ["an expiry in a hundred years", { expiresAfterHours: 876_000 }],
  ])("is refused with %s", async (_, change) => {
    const input = { type: "bad", name: "Bad", stages: [ONE], ...change } as Parameters<typeof putPolicy>[1];
    expect(await codeOf(putPolicy(ana, input))).toBe("input.invalid");
    expect((await getPolicy(ana, { type: "bad" })).versions).toEqual([]);
  });
});

test("a payload schema is kept as it was sent, its fields in their order, and is part of the version and of the audit", async () => {
  const payloadSchema = {
    type: "object" as const,
    properties: { zulu: { type: "string" as const }, a: { type: "boolean" as const }, mm: { type: "number" as const } },
    required: ["zulu"],
  };
  await putPolicy(ana, { type: "asked", name: "Asked", stages: [ONE], payloadSchema });
  await putPolicy(ana, { type: "asked", name: "Asked", stages: [ONE] });
  const { versions } = await getPolicy(ana, { type: "asked" });
  expect(versions.map((v) => JSON.stringify(v.payloadSchema))).toEqual(["null", JSON.stringify(payloadSchema)]);
  const { rows } = await admin().pool.query(
    "SELECT before -> 'payloadSchema' AS before, after -> 'payloadSchema' AS after FROM audit_logs WHERE action = 'policy.put' AND after ->> 'type' = 'asked' ORDER BY id",
  );
  expect(rows).toEqual([
    { before: null, after: payloadSchema },
    { before: payloadSchema, after: null },
  ]);
});

describe("trying out a draft", () => {
  test("shows the stages of each request now and with the draft, what has no answer, and writes nothing", async () => {
    await put("tried", [ONE]);
    await submitApprovals(ana, {
      items: [
        { type: "tried", orgId: world.orgs.ca, title: "dear", amount: "900" },
        { type: "tried", orgId: world.orgs.ca, title: "cheap", amount: "5" },
        { type: "tried", orgId: world.orgs.ca, title: "without" },
      ],
    });
    const before = await tableHashes(admin().pool);
    const { items, nowStages, stoppedEarly } = await tryOutPolicy(ana, {
      type: "tried",
      stages: [ONE, { ...SECOND, when: "amount > 100" }],
    });
    expect(await tableHashes(admin().pool)).toEqual(before);
    expect([nowStages, stoppedEarly]).toEqual([["One"], false]);
    expect(
      items.map(({ title, now, draft, changed, unevaluated }) => ({ title, now, draft, changed, unevaluated })),
    ).toEqual(
      expect.arrayContaining([
        { title: "dear", now: [0], draft: [0, 1], changed: true, unevaluated: [] },
        { title: "cheap", now: [0], draft: [0], changed: false, unevaluated: [] },
        {
          title: "without",
          now: [0],
          draft: [0, 1],
          changed: true,
          unevaluated: [{ stage: 1, code: "no_amount", message: "the request has no amount" }],
        },
      ]),
    );
  });

  test("takes the newest of the type, as many as asked, inside the caller's scopes; the default's are those without a policy", async () => {
    const local = await world.person("administrator", world.orgs.ny);
    await world.approvals(4, { type: "own" });
    const [there] = await world.approvals(1, { type: "own", orgId: world.orgs.ny });
    expect((await tryOutPolicy(ana, { type: "own", stages: [ONE], limit: 2 })).items).toHaveLength(2);
    expect((await tryOutPolicy(local, { type: "own", stages: [ONE] })).items.map((i) => i.id)).toEqual([there]);
    const types = async () => new Set((await tryOutPolicy(ana, { type: "*", stages: [ONE] })).items.map((i) => i.type));
    expect(await types()).toContain("own");
    await put("own", [ONE]);
    expect(await types()).not.toContain("own");
  });

  test("is for who may write policies", async () => {
    expect(await codeOf(tryOutPolicy(await world.person("decider"), { type: "own", stages: [ONE] }))).toBe(
      "access.denied",
    );
  });
});
