import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { decideApproval, decideApprovals } from "#server/domain/approvals/decide.ts";
import { submitApproval } from "#server/domain/approvals/submit.ts";
import type { Caller } from "#server/domain/caller.ts";
import type { CommandOptions } from "#server/domain/command.ts";
import { uuidv7 } from "#server/domain/ids.ts";
import type { Database } from "#server/platform/db.ts";
import { bindDatabase, connect, database, isTransient } from "#server/platform/db.ts";
import { startChild } from "#server/testing/children.ts";
import type { Moment } from "#server/testing/crash.ts";
import { onStatement } from "#server/testing/crash.ts";
import type { Doom } from "#server/testing/crasher.ts";
import { LONG } from "#server/testing/long.ts";
import { recordFlaws, tableHashes } from "#server/testing/record.ts";
import { codeOf } from "#server/testing/refused.ts";
import type { World } from "#server/testing/world.ts";
import { again, bindTestDatabase, makeTenant } from "#server/testing/world.ts";

const { admin, urls } = bindTestDatabase();
const TIMEOUT = LONG ? 600_000 : 120_000;
const MOMENTS: readonly Moment[] = ["before", "after"];

let world: World;
let olu: Caller;
let mei: Caller;
let app: Database;

beforeAll(async () => {
  app = database();
  world = await makeTenant();
  await world.policy("pair", [{ name: "Pair", permission: "approvals:decide", needed: 2 }]);
  [olu, mei] = [await world.person("decider"), await world.person("decider")];
  olu = (await again(olu)) as Caller; // as of now, so that no run looks at what has changed since
});
afterEach(() => bindDatabase(app));
afterAll(() => bindDatabase(app));

/** Two to decide, one of them for the second time, and one that is refused. */
async function three(): Promise<string[]> {
  const [single, pair, settled] = [
    ...(await world.approvals(1)),
    ...(await world.approvals(1, { type: "pair" })),
    ...(await world.approvals(1)),
  ];
  await decideApproval(mei, { id: settled as string, decision: "APPROVE" });
  return [pair as string, settled as string, single as string];
}

/** Everything that a call may have left about these approvals and its key, without ids and times. */
async function traces(key: string, ids: readonly string[] | null) {
  const { rows } = await admin().pool.query(
    `WITH a AS (SELECT * FROM approvals WHERE id = ANY($1) OR ($1::uuid[] IS NULL AND title = $2))
     SELECT (SELECT jsonb_agg(jsonb_build_array(state, version, content_version, stage_index, decided_at IS NULL) ORDER BY id) FROM a) AS approvals,
       (SELECT count(*)::int FROM approval_decisions d JOIN a ON a.id = d.approval_id) AS decisions,
       (SELECT count(*)::int FROM approval_revisions r JOIN a ON a.id = r.approval_id) AS revisions,
       (SELECT jsonb_agg(jsonb_build_array(event_type, aggregate_version) ORDER BY aggregate_id, aggregate_version) FROM outbox_events e JOIN a ON a.id = e.aggregate_id) AS events,
       (SELECT jsonb_agg(jsonb_build_array(action, l.after -> 'state') ORDER BY target_id, l.id) FROM audit_logs l JOIN a ON a.id = l.target_id) AS changes,
       (SELECT jsonb_agg(status) FROM idempotency_records WHERE key = $2) AS keys`,
    [ids, key],
  );
  return rows[0];
}

interface Operation {
  readonly what: string;
  prepare(): Promise<string[] | null>;
  call(ids: string[] | null, options: CommandOptions & { key: string }): Promise<unknown>;
  /** The answer without ids and times. */
  plain(answer: unknown, ids: string[] | null): unknown;
}
const OPERATIONS: Operation[] = [
  {
    what: "deciding a set",
    prepare: three,
    call: (ids, options) => decideApprovals(olu, { ids: ids ?? [], decision: "APPROVE" }, options),
    plain: (answer) =>
      (answer as Awaited<ReturnType<typeof decideApprovals>>).results.map((r) => r.code ?? `${r.outcome} ${r.state}`),
  },
  {
    what: "submitting",
    prepare: async () => null,
    call: (_, options) => submitApproval(olu, { type: "plain", orgId: world.orgs.ca, title: options.key }, options),
    plain: (answer) => {
      const { approval, created } = answer as Awaited<ReturnType<typeof submitApproval>>;
      return [created, approval.state, approval.version];
    },
  },
];

/** Runs with a pool of one connection, whose nth statement is the server's last for it. */
async function crashing(n: number, moment: Moment, call: () => Promise<unknown>) {
  const doomed = connect(urls().appUrl, 1);
  const count = onStatement(doomed, n, moment, async (client) => {
    await admin().pool.query("SELECT pg_terminate_backend($1, 10000)", [client.processID]);
  });
  bindDatabase(doomed);
  const error = await call().then(
    () => undefined,
    (e: unknown) => e,
  );
  bindDatabase(app);
  await doomed.close();
  return { error, statements: count() };
}

describe.each(OPERATIONS)("I4: $what", ({ prepare, call, plain }) => {
  test("the connection ends at any statement: a retry with the key leaves what a run without the crash leaves", {
    timeout: TIMEOUT,
  }, async () => {
    await call(await prepare(), { key: uuidv7() }); // fills what is kept in memory, so that all runs are alike
    const clean = { ids: await prepare(), key: uuidv7() };
    let answer: unknown;
    const { statements } = await crashing(0, "before", async () => {
      answer = await call(clean.ids, { key: clean.key });
    });
    const expected = [plain(answer, clean.ids), await traces(clean.key, clean.ids)];
    expect(statements).toBeGreaterThan(8);

    for (let n = 1; n <= statements; n++) {
      // After one is where before the next is, but for the last.
      for (const moment of LONG || n === statements ? MOMENTS : MOMENTS.slice(0, 1)) {
        const [ids, key] = [await prepare(), uuidv7()];
        const before = await traces(key, ids);
        const { error } = await crashing(n, moment, () => call(ids, { key }));
        const place = `statement ${n} of ${statements}, ${moment}`;
        expect(isTransient(error), place).toBe(true);
        const committed = n === statements && moment === "after";
        if (!committed) expect(await traces(key, ids), place).toEqual(before);
        let kept = false;
        const again = await call(ids, {
          key,
          onReplay: () => {
            kept = true;
          },
        });
        expect([plain(again, ids), await traces(key, ids), kept], place).toEqual([...expected, committed]);
      }
    }
  });
});

test("I4: a process killed at a statement leaves all or nothing, and a retry with the key leaves what a run without it leaves", {
  timeout: TIMEOUT,
}, async () => {
  const clean = { ids: await three(), key: uuidv7() };
  const run = (ids: string[], key: string) => decideApprovals(olu, { ids, decision: "APPROVE" }, { key });
  const { statements } = await crashing(0, "before", () => run(clean.ids, clean.key));
  const expected = await traces(clean.key, clean.ids);

  const all = Array.from({ length: statements }, (_, i) => i + 1).flatMap((n) => MOMENTS.map((m) => [n, m] as const));
  const chosen = LONG ? all : all.filter(([n]) => n === statements); // COMMIT
  await Promise.all(
    chosen.map(async ([n, moment]) => {
      const [ids, key] = [await three(), uuidv7()];
      const child = startChild("server/testing/crasher.ts", urls());
      child.tell({ tenantId: world.tenantId, personId: olu.personId as string, ids, key, n, moment } satisfies Doom);
      expect((await child.ended).end).toBe("SIGKILL");
      // The server still holds the dead client's locks until it sees the end of its connection.
      let answer: Awaited<ReturnType<typeof run>> | undefined;
      while (!answer)
        answer = await run(ids, key).catch((e) => {
          if (e.code !== "idempotency.in_progress") throw e;
          return undefined;
        });
      expect([n, moment, answer.results.map((r) => r.code ?? r.outcome)]).toEqual([
        n,
        moment,
        ["RECORDED", "approval.already_decided", "DECIDED"],
      ]);
      expect(await traces(key, ids)).toEqual(expected);
    }),
  );
});

test("without a key, a retry after a lost answer meets what the first run left, and changes nothing", async () => {
  const call = async (id: string) => decideApproval(olu, { id, decision: "APPROVE" });
  const [warm, id] = (await world.approvals(2)) as [string, string];
  const { statements } = await crashing(0, "before", () => call(warm));
  const { error } = await crashing(statements, "after", () => call(id));
  expect(isTransient(error)).toBe(true);
  const before = await tableHashes(admin().pool);
  expect(await codeOf(call(id))).toBe("approval.already_decided");
  expect(await tableHashes(admin().pool)).toEqual(before);
});

test("after all of it, every version has its one event and its one CHANGE row (U1, O1, A13)", async () => {
  expect(await recordFlaws(admin().pool)).toEqual([]);
});
