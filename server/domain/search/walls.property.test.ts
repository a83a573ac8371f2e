import fc from "fast-check";
import { beforeAll, expect, test } from "vitest";
import { submitApprovals } from "#server/domain/approvals/submit.ts";
import type { Caller } from "#server/domain/caller.ts";
import { searchAll } from "#server/domain/search/queries.ts";
import { ensureIndexes } from "#server/domain/search/rebuild-index.ts";
import { bindTestEngine } from "#server/testing/engine.ts";
import { LONG } from "#server/testing/long.ts";
import type { World } from "#server/testing/world.ts";
import { bindTestDatabase, makeTenant } from "#server/testing/world.ts";

const RUNS = LONG ? 100_000 : 1_000;
/** Searches of one request: what is asked together is looked at together. */
const TOGETHER = 25;

bindTestDatabase();
bindTestEngine();
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
