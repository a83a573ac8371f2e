import { beforeAll, describe, expect, test } from "vitest";
import { decideApprovals } from "#server/domain/approvals/decide.ts";
import { submitApprovals } from "#server/domain/approvals/submit.ts";
import type { Caller } from "#server/domain/caller.ts";
import { uuidv7 } from "#server/domain/ids.ts";
import { indexDocuments } from "#server/domain/search/index-documents.ts";
import { searchAll } from "#server/domain/search/queries.ts";
import { ensureIndexes, rebuildIndex } from "#server/domain/search/rebuild-index.ts";
import { verifyIndex } from "#server/domain/search/verify-index.ts";
import { bindTestEngine } from "#server/testing/engine.ts";
import type { World } from "#server/testing/world.ts";
import { bindTestDatabase, makeTenant } from "#server/testing/world.ts";

const { admin } = bindTestDatabase();
const engine = bindTestEngine();
const READ = { missing: 0, different: 0, surplus: 0, refused: 0 };

let [mine, theirs]: World[] = [];
let olu: Caller;

const collections = async () =>
  ((await engine.send("GET", "/collections")) as { name: string }[]).map(({ name }) => name).sort();
const found = async () => {
  const { results } = await searchAll(olu, { searches: [{ collection: "approvals", q: "*", per_page: 0 }] });
  return (results[0] as { found: number }).found;
};

beforeAll(async () => {
  [mine, theirs] = [await makeTenant(), await makeTenant()];
  for (const world of [mine, theirs]) {
    await world.policy("plain", [{ name: "One", permission: "approvals:decide", needed: 1 }]);
    for (const n of [1_000, 200]) await world.approvals(n);
  }
  olu = await mine.person("decider");
});

describe("an index", () => {
  test("that is not there is being built: the search says so", async () => {
    await expect(found()).rejects.toMatchObject({ code: "search.building" });
  });

  test("is built where it is missing, for all tenants, and then left alone", async () => {
    await ensureIndexes({ aborted: false });
    expect(await found()).toBe(1_200);
    expect((await engine.documents("approvals")).length).toBe(2_400);
    const before = await collections();
    expect(before.map((name) => name.replace(/_\d+$/, ""))).toEqual(["approvals", "audit", "messages", "people"]);
    await ensureIndexes({ aborted: false });
    expect(await collections()).toEqual(before);
  });

  test("is built anew where it was declared otherwise", async () => {
    const [old] = (await collections()).filter((name) => name.startsWith("messages"));
    await engine.send(
      "POST",
      "/collections",
      JSON.stringify({ name: "messages_1", fields: [{ name: "subject", type: "string" }] }),
    );
    await engine.send("PUT", "/aliases/messages", JSON.stringify({ collection_name: "messages_1" }));
    await ensureIndexes({ aborted: false });
    const now = (await collections()).filter((name) => name.startsWith("messages"));
    expect(now).toHaveLength(1);
    expect(now).not.toContain(old);
    expect(now).not.toContain("messages_1");
  });

  test("that a killed rebuilding left is dropped, and nothing goes into it any more", async () => {
    const fields = [{ name: "title", type: "string" }];
    await engine.send("POST", "/collections", JSON.stringify({ name: "approvals_1", fields }));
    await ensureIndexes({ aborted: false });
    const now = (await collections()).filter((name) => name.startsWith("approvals"));
    expect(now).toHaveLength(1);
    expect(now).not.toContain("approvals_1");
  });

  test("that is rebuilt under writes is never seen in part, and has every change", async () => {
    const system = await (mine as World).system();
    const ids = await (mine as World).approvals(200, { type: "plain" });
    await indexDocuments(system, "approvals", { ids });
    const seen: number[] = [];
    const state = { over: false };
    const searching = (async () => {
      while (!state.over) seen.push(await found());
    })();
    const writing = (async () => {
      for (let at = 0; at < ids.length; at += 10) {
        const some = ids.slice(at, at + 10);
        await decideApprovals(olu, { ids: some, decision: "APPROVE" });
        await indexDocuments(system, "approvals", { ids: some });
      }
    })();
    const rebuilt = await rebuildIndex("approvals");
    await writing;
    state.over = true;
    await searching;
    expect(rebuilt).toMatchObject({ documents: 2_600, refused: 0 });
    expect(seen.length).toBeGreaterThan(3);
    expect([...new Set(seen)]).toEqual([1_400]);
    expect((await collections()).filter((name) => name.startsWith("approvals"))).toEqual([rebuilt?.collection]);
    expect(await verifyIndex("approvals")).toEqual({ ...READ, records: 2_600 });
  });

  test("is rebuilt by one at a time", async () => {
    const [a, b] = await Promise.all([rebuildIndex("approvals"), rebuildIndex("approvals")]);
    expect([a, b].filter((rebuilt) => rebuilt === null)).toHaveLength(1);
    expect(await found()).toBe(1_400);
  });

  test("whose rebuilding is stopped stays as it was", async () => {
    const before = await collections();
    await expect(rebuildIndex("approvals", { aborted: true })).rejects.toThrow("stopped");
    expect(await collections()).toEqual(before);
    expect(await found()).toBe(1_400);
  });
});

describe("records of one kind, read by two at once", () => {
  test("never go back to an older version", async () => {
    const world = mine as World;
    const system = await world.system();
    await world.policy("many", [{ name: "Ten", permission: "approvals:decide", needed: 10 }]);
    const [id] = (
      await submitApprovals(system, { items: [{ type: "many", orgId: world.orgs.ca, title: "Ten" }] })
    ).items.map((i) => i.id);
    const ids = [id as string];
    const deciders = await Promise.all(Array.from({ length: 9 }, () => world.person("decider")));
    const seen: number[] = [];
    for (const decider of deciders) {
      const slow = indexDocuments(system, "approvals", { ids });
      await decideApprovals(decider, { ids, decision: "APPROVE" });
      await Promise.all([slow, indexDocuments(system, "approvals", { ids })]);
      seen.push((await engine.documents("approvals", `id:[\`${id}\`]`))[0]?.version as number);
    }
    expect(seen).toEqual([2, 3, 4, 5, 6, 7, 8, 9, 10]);
  });
});

describe("verifying", () => {
  test("finds what is missing, different and too much, puts it right, and then finds nothing", async () => {
    await rebuildIndex("approvals");
    const [total] = (await admin().pool.query("SELECT count(*)::int AS n FROM approvals")).rows;
    const [first, second, third] = await engine.documents("approvals");
    const bad = { ...second, title: "Altered", digest: "x" };
    const foreign = { ...third, id: uuidv7() };
    const nobodys = { ...third, id: uuidv7(), tenant_id: uuidv7() };
    await engine.send(
      "DELETE",
      `/collections/approvals/documents?filter_by=${encodeURIComponent(`id:[\`${first?.id}\`]`)}`,
    );
    const lines = [bad, foreign, nobodys].map((document) => JSON.stringify(document)).join("\n");
    const answer = await fetch(`${engine.url}/collections/approvals/documents/import?action=upsert`, {
      method: "POST",
      headers: { "x-typesense-api-key": engine.apiKey },
      body: lines,
    });
    expect(await answer.text()).not.toContain("false");
    expect(await verifyIndex("approvals")).toEqual({
      records: total.n,
      missing: 1,
      different: 1,
      surplus: 2,
      refused: 0,
    });
    expect(await verifyIndex("approvals")).toEqual({ ...READ, records: total.n });
    const ids = new Set((await engine.documents("approvals")).map(({ id }) => id));
    expect(ids.size).toBe(total.n);
    expect(ids).toContain(first?.id);
  });

  test("names a kind without an index", async () => {
    await engine.send("DELETE", "/aliases/people").catch(() => undefined);
    await ensureIndexes({ aborted: false });
    expect(await verifyIndex("people")).toMatchObject({ missing: 0 });
  });
});
