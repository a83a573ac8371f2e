import fc from "fast-check";
import { beforeAll, expect, test } from "vitest";
import { submitApprovals } from "#server/domain/approvals/submit.ts";
import type { Caller } from "#server/domain/caller.ts";
import { searchAll } from "#server/domain/search/queries.ts";
import { ensureIndexes } from "#server/domain/search/rebuild-index.ts";
import { wallOf } from "#server/domain/search/rules.ts";
import { scopedKey } from "#server/platform/typesense.ts";
import { bindTestEngine } from "#server/testing/engine.ts";
import { LONG } from "#server/testing/long.ts";
import type { World } from "#server/testing/world.ts";
import { bindTestDatabase, makeTenant } from "#server/testing/world.ts";

const RUNS = LONG ? 100_000 : 1_000;
const KEYS = LONG ? 20_000 : 500;
/** Searches of one request: what is asked together is looked at together. */
const TOGETHER = 25;

bindTestDatabase();
const engine = bindTestEngine();
let [mine, theirs]: World[] = [];
let iris: Caller;

beforeAll(async () => {
  [mine, theirs] = [await makeTenant(), await makeTenant()];
  for (const world of [mine, theirs]) {
    await world.policy("visa", [{ name: "One", permission: "approvals:decide", needed: 1 }]);
    const items = [world.orgs.ca, world.orgs.ny].flatMap((orgId) =>
      Array.from({ length: 5 }, (_, i) => ({ type: "visa", orgId, title: `Visa ${i}`, amount: `${i}` })),
    );
    await submitApprovals(await world.system(), { items });
  }
  await ensureIndexes({ aborted: false });
  iris = await mine.person("decider", mine.orgs.ca);
});

/** Filters that mean something, and pieces of the grammar in any order. */
const filters = () => {
  const scopes = [mine, theirs].flatMap((world) => [world?.orgs.ca, world?.orgs.ny, world?.tenantId]) as string[];
  const field = fc.constantFrom(
    "state",
    "organisation",
    "org_id",
    "amount",
    "type",
    "id",
    "title",
    "tenant_id",
    "scope_id",
    "x",
  );
  const sign = fc.constantFrom(":", ":=", ":!=", ":>", ":<=", ":!", "::=");
  const value = fc.oneof(
    fc.constantFrom(
      "PENDING",
      "NY",
      "CA",
      "*",
      "0",
      "[0..9]",
      "[`NY`,`CA`]",
      "`a`b`",
      "",
      "`",
      "[",
      "(1,2,3 km)",
      ...scopes,
    ),
    fc.string({ maxLength: 8 }),
  );
  const term = fc.tuple(field, sign, value).map((parts) => parts.join(""));
  const glue = fc.constantFrom(
    " && ",
    " || ",
    "||",
    ") || (",
    ") && (",
    "(",
    ")",
    "`",
    ",",
    " ",
    "!",
    "$approvals(",
    "&&&",
  );
  return fc
    .array(
      fc.tuple(term, glue).map((parts) => parts.join("")),
      { maxLength: 6 },
    )
    .map((parts) => parts.join(""));
};

test("whatever filter is asked, nothing of another scope or tenant comes back, in hits, counts or facets", async () => {
  const batches = fc.array(filters(), { minLength: TOGETHER, maxLength: TOGETHER });
  await fc.assert(
    fc.asyncProperty(batches, async (asked) => {
      const searches = asked.map((filter_by) => ({
        collection: "approvals",
        filter_by,
        facet_by: "org_id",
        per_page: 50,
      }));
      const { results } = await searchAll(iris, { searches });
      expect(results).toHaveLength(asked.length);
      for (const result of results as Record<string, unknown>[]) {
        if ("error" in result) {
          expect(result.code).toBeLessThan(500);
          continue;
        }
        const {
          found,
          hits,
          facet_counts: facets,
        } = result as {
          found: number;
          hits: { document: { org_id: string } }[];
          facet_counts: { counts: { value: string }[] }[];
        };
        expect(found).toBe(hits.length);
        const places = [
          ...hits.map((hit) => hit.document.org_id),
          ...facets.flatMap((f) => f.counts.map((c) => c.value)),
        ];
        for (const place of places) expect(place).toBe(mine?.orgs.ca);
      }
    }),
    { numRuns: RUNS / TOGETHER },
  );
});

/** What somebody makes of a key that they were given. */
const FORGERIES = {
  "one byte is another": (key: string, at: number) => {
    const bytes = Buffer.from(key, "base64");
    bytes[at % bytes.length] = ((bytes[at % bytes.length] ?? 0) + 1 + (at % 255)) % 256;
    return bytes.toString("base64");
  },
  "it is cut": (key: string, at: number) =>
    Buffer.from(key, "base64")
      .subarray(0, at % (key.length / 2))
      .toString("base64"),
  "it is for another tenant": (key: string) =>
    Buffer.from(
      Buffer.from(key, "base64")
        .toString()
        .replaceAll(mine?.tenantId ?? "", theirs?.tenantId ?? ""),
    ).toString("base64"),
  "it carries no filter": (key: string) => {
    const text = Buffer.from(key, "base64").toString();
    return Buffer.from(`${text.slice(0, text.indexOf("{"))}{}`).toString("base64");
  },
  "it carries more": (key: string, at: number) =>
    Buffer.from(`${Buffer.from(key, "base64").toString()}{"filter_by":"amount:>${at}"}`).toString("base64"),
} as const;

test("no key that was changed, is over or is for something else finds anything", async () => {
  const parameters = { filter_by: wallOf(mine?.tenantId ?? "", [mine?.orgs.ca ?? ""], 4) };
  const good = scopedKey("approvals", parameters, 60);
  const ask = async (key: string, filter_by: string) => {
    const searches = [{ collection: "approvals", q: "*", query_by: "title", filter_by, "x-typesense-api-key": key }];
    const answer = await fetch(`${engine.url}/multi_search`, { method: "POST", body: JSON.stringify({ searches }) });
    return { status: answer.status, found: (await answer.json()).results?.[0]?.found as number | undefined };
  };
  expect(await ask(good, "")).toEqual({ status: 200, found: 5 });
  const anyForgery = fc.constantFrom(...(Object.keys(FORGERIES) as (keyof typeof FORGERIES)[]));
  await fc.assert(
    fc.asyncProperty(anyForgery, fc.nat(100_000), filters(), async (how, at, filter) => {
      const forged = FORGERIES[how](good, at);
      const { status, found } = await ask(forged, filter);
      expect([how, status, found]).toEqual([how, 401, undefined]);
    }),
    { numRuns: KEYS },
  );
  for (const other of [scopedKey("approvals", parameters, -5), scopedKey("people", parameters, 60)])
    expect(await ask(other, "")).toEqual({ status: 401, found: undefined });
  for (const [method, path] of [
    ["GET", "/collections/approvals/documents/export"],
    ["GET", "/collections"],
    ["DELETE", "/collections/approvals/documents?filter_by=amount:>=0"],
    ["GET", "/keys"],
  ] as const) {
    const answer = await fetch(engine.url + path, { method, headers: { "x-typesense-api-key": good } });
    expect([path, answer.status]).toEqual([path, 401]);
  }
});
