import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { assignRole } from "#server/domain/access/assign-role.ts";
import { cancelApproval } from "#server/domain/approvals/cancel.ts";
import { decideApprovals } from "#server/domain/approvals/decide.ts";
import { submitApproval } from "#server/domain/approvals/submit.ts";
import { draftBulk } from "#server/domain/bulks/draft-bulk.ts";
import { updateProfile } from "#server/domain/identity/update-profile.ts";
import { setMemberStatus } from "#server/domain/people/set-member-status.ts";
import { searchHealth } from "#server/domain/search/queries.ts";
import { ensureIndexes, rebuildIndex } from "#server/domain/search/rebuild-index.ts";
import { COLLECTION_NAMES, COLLECTIONS } from "#server/domain/search/rules.ts";
import { closeChannels } from "#server/platform/channels.ts";
import type { Child } from "#server/testing/children.ts";
import { startChild } from "#server/testing/children.ts";
import { bindTestEngine } from "#server/testing/engine.ts";
import { outboxIn } from "#server/testing/outbox.ts";
import type { World } from "#server/testing/world.ts";
import { again, bindTestDatabase, makeTenant } from "#server/testing/world.ts";
import { deliver } from "#server/worker/deliver.ts";
import { search } from "#server/worker/search.ts";

const { admin, urls } = bindTestDatabase();
const { one, rows } = outboxIn(admin);
const engine = bindTestEngine();
const workers: Child[] = [];

let world: World;
let pool: pg.Pool;
let stop: (() => Promise<void>) | undefined;

beforeAll(async () => {
  pool = new pg.Pool({ connectionString: urls().workerUrl, max: 6 });
  pool.on("error", () => {});
  world = await makeTenant();
  await world.policy("plain", [{ name: "One", permission: "approvals:decide", needed: 1 }]);
  await ensureIndexes({ aborted: false });
});
afterAll(async () => {
  for (const worker of workers) worker.kill("SIGKILL");
  await stop?.();
  await pool.end();
  await closeChannels();
});

function follow(): void {
  stop ??= deliver(pool, [search], { aborted: false });
}

const open = async () =>
  (
    await one(
      `SELECT (SELECT count(*)::int FROM outbox_deliveries WHERE reaction = 'search' AND status IN ('PENDING', 'PROCESSING'))
        + (SELECT count(*)::int FROM outbox_events WHERE (xid, id) > ((SELECT xid FROM outbox_cursor), (SELECT id FROM outbox_cursor))) AS n`,
    )
  ).n;
const followed = (timeout = 60_000) => expect.poll(open, { timeout }).toBe(0);
const approval = async (id: string) => (await engine.documents("approvals", `id:[\`${id}\`]`))[0];

describe("the index follows what happens", () => {
  beforeAll(follow);

  test("a request with its states, and every document as it was declared", async () => {
    const vera = await world.person("decider");
    const { approval: made } = await submitApproval(vera, {
      type: "plain",
      orgId: world.orgs.ca,
      title: "A `quoted` title: with 🦊",
      summary: "x".repeat(10_000),
      amount: "999999999999999999",
    });
    await followed();
    expect(await approval(made.id)).toMatchObject({
      title: "A `quoted` title: with 🦊",
      tenant_id: world.tenantId,
      scope_id: world.orgs.ca,
      organisation: "CA",
      state: "PENDING",
      stage: "One",
      amount: Number.MAX_SAFE_INTEGER,
      amount_minor: "999999999999999999",
      created_at: Date.parse(made.createdAt),
    });
    await cancelApproval(vera, { id: made.id });
    await followed();
    const cancelled = await approval(made.id);
    expect(cancelled).toMatchObject({ state: "CANCELLED" });
    expect(cancelled).not.toHaveProperty("stage");
    for (const name of COLLECTION_NAMES) {
      const fields = new Set(["id", ...COLLECTIONS[name].fields.map((field) => field.name as string)]);
      for (const document of await engine.documents(name))
        expect(Object.keys(document).filter((key) => !fields.has(key))).toEqual([]);
    }
  });

  test("the audit, also of a commit that has no event of its own", async () => {
    const olu = await world.person("decider");
    await world.approvals(2);
    const { id } = await draftBulk(olu, { filter: {} });
    await followed();
    const entries = await engine.documents("audit");
    const [{ n }] = await rows("SELECT count(*)::int AS n FROM audit_logs WHERE tenant_id = $1", [world.tenantId]);
    expect(entries).toHaveLength(n);
    expect(entries.find((entry) => entry.target_id === id)).toMatchObject({ action: "bulk.drafted", by: olu.name });
  });

  test("people, with where they hold something; a new name also in what they asked for", async () => {
    const iris = await world.person("decider", world.orgs.ca);
    const personId = iris.personId as string;
    await followed();
    const person = async () =>
      (await engine.documents("people", `person_id:=\`${personId}\``))[0] as Record<string, unknown>;
    expect((await person()).scope_id).toEqual([world.rootId, world.orgs.ca].sort());
    await assignRole(await world.system(), { personId, role: "reader", scopeId: world.orgs.ny });
    await updateProfile(iris, { name: "Iris Renamed", language: null, timeZone: null });
    const { email } = await person();
    const [mine] = await world.approvals(1, { requesterEmail: email as string });
    await followed();
    expect((await person()).scope_id).toEqual([world.rootId, world.orgs.ca, world.orgs.ny].sort());
    expect(await person()).toMatchObject({ name: "Iris Renamed", status: "ACTIVE" });
    await updateProfile((await again(iris)) as typeof iris, { name: "Iris Again", language: null, timeZone: null });
    await followed();
    expect(await approval(mine as string)).toMatchObject({ requester_name: "Iris Again", requester: email });
    await setMemberStatus(await world.system(), { id: (await person()).id as string, status: "ENDED" });
    await followed();
    expect(await person()).toMatchObject({ status: "ENDED", scope_id: [world.rootId] });
  });

  test("says how far it is behind", async () => {
    await followed();
    expect(await searchHealth()).toEqual({ milliseconds: expect.any(Number), lagMs: 0 });
    await admin().pool.query(
      "UPDATE outbox_deliveries SET status = 'PENDING', published_at = NULL, not_before = now() + interval '1 hour'",
    );
    await new Promise((resolve) => setTimeout(resolve, 2_100)); // it is asked for every two seconds
    expect((await searchHealth())?.lagMs).toBeGreaterThan(100);
    await admin().pool.query("UPDATE outbox_deliveries SET not_before = now() WHERE status = 'PENDING'");
    await followed();
  });

  test("an engine that is away for a while costs nothing", async () => {
    await engine.stop();
    const ids = await world.approvals(3);
    await expect.poll(open).toBeGreaterThan(0);
    await engine.start();
    await followed();
    for (const id of ids) expect(await approval(id)).toMatchObject({ state: "PENDING" });
    expect((await one("SELECT count(*)::int AS n FROM outbox_deliveries WHERE status = 'DEAD'")).n).toBe(0);
  });

  test("what the engine refuses is tried again, and visible", async () => {
    const [id] = await world.approvals(1);
    await followed();
    await admin().pool.query(
      "UPDATE outbox_deliveries SET status = 'PENDING', published_at = NULL WHERE aggregate_id = $1",
      [id],
    );
    await engine.send(
      "POST",
      "/collections",
      JSON.stringify({ name: "approvals_1", fields: [{ name: "not_there", type: "string" }] }),
    );
    await expect
      .poll(
        async () => (await one("SELECT last_error FROM outbox_deliveries WHERE aggregate_id = $1", [id])).last_error,
        { timeout: 30_000 },
      )
      .toContain("not_there");
    await engine.send("DELETE", "/collections/approvals_1");
    await followed();
  });
});

describe("workers that are killed", () => {
  test("leave the index as the database is, each record at its last version", async () => {
    await stop?.();
    stop = undefined;
    const [olu, mei] = [await world.person("decider"), await world.person("decider")];
    await world.policy("pair", [{ name: "Two", permission: "approvals:decide", needed: 2 }]);
    const ids = await world.approvals(300, { type: "pair" });
    const env = { TYPESENSE_URL: engine.url, TYPESENSE_API_KEY: engine.apiKey };
    const start = () => {
      const worker = startChild("server/testing/search-worker.ts", urls(), env);
      workers.push(worker);
      return worker;
    };
    for (let round = 0; round < 3; round++) {
      for (let at = round * 100; at < (round + 1) * 100; at += 20) {
        const some = ids.slice(at, at + 20);
        await decideApprovals(olu, { ids: some, decision: "APPROVE" });
        await decideApprovals(mei, { ids: some, decision: "APPROVE" });
      }
      const victim = start();
      await victim.heard(); // it has indexed a batch, and is at the next one
      victim.kill("SIGKILL");
      await victim.ended;
    }
    start();
    start();
    await followed(120_000);
    const documents = await engine.documents("approvals", `type:=\`pair\``);
    const versions = await rows("SELECT id, version FROM approvals WHERE type = 'pair' ORDER BY id");
    expect(
      documents.map(({ id, version }) => ({ id, version })).sort((a, b) => (`${a.id}` < `${b.id}` ? -1 : 1)),
    ).toEqual(versions);
    expect(documents.every(({ state }) => state === "APPROVED")).toBe(true);
  });

  test("while a new index is built, and nothing is missing in it", async () => {
    const olu = await world.person("decider");
    await world.policy("moving", [{ name: "One", permission: "approvals:decide", needed: 1 }]);
    const ids = await world.approvals(400, { type: "moving" });
    const deciding = (async () => {
      for (let at = 0; at < ids.length; at += 20)
        await decideApprovals(olu, { ids: ids.slice(at, at + 20), decision: "APPROVE" });
    })();
    const rebuilt = await rebuildIndex("approvals");
    await deciding;
    await followed();
    const documents = await engine.documents("approvals", `type:=\`moving\``);
    expect(documents).toHaveLength(400);
    expect(documents.every(({ state }) => state === "APPROVED")).toBe(true);
    expect(rebuilt?.refused).toBe(0);
  });
});
