import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { listApprovals } from "#server/domain/approvals/queries.ts";
import { PRIORITIES } from "#server/domain/approvals/rules.ts";
import type { Approval } from "#server/domain/approvals/schema.ts";
import { SORTS } from "#server/domain/approvals/schema.ts";
import type { Caller } from "#server/domain/caller.ts";
import { uuidv7 } from "#server/domain/ids.ts";
import { LONG } from "#server/testing/long.ts";
import { addMixed } from "#server/testing/mixed.ts";
import { codeOf } from "#server/testing/refused.ts";
import type { World } from "#server/testing/world.ts";
import { bindTestDatabase, makeTenant } from "#server/testing/world.ts";

bindTestDatabase();
let world: World;
let vera: Caller;
let all: Approval[];
/** Another tenant, which goes on growing. */
let moving: World;
let mover: Caller;
const scopes = ({ orgs }: World) => [orgs.ca, orgs.ny];

beforeAll(async () => {
  [world, moving] = [await makeTenant(), await makeTenant()];
  [vera, mover] = [await world.person("reader"), await moving.person("reader")];
  await addMixed(world, scopes(world), 0, 17);
  await addMixed(world, scopes(world), 17, 13);
  await addMixed(moving, scopes(moving), 0, 40);
  all = (await listApprovals(vera, { limit: 200 })).items;
  expect(all).toHaveLength(30);
});

type ListInput = Parameters<typeof listApprovals>[1] & object;
async function walk(
  caller: Caller,
  input: ListInput,
  between: () => Promise<unknown> = async () => {},
): Promise<Approval[]> {
  const seen: Approval[] = [];
  let cursor: string | null = null;
  do {
    const page: Awaited<ReturnType<typeof listApprovals>> = await listApprovals(caller, {
      ...input,
      cursor,
      total: "none",
    });
    expect(page.items.length).toBeLessThanOrEqual(input.limit ?? 50);
    seen.push(...page.items);
    cursor = page.nextCursor;
    if (cursor) await between();
  } while (cursor);
  return seen;
}

const VALUE: Record<(typeof SORTS)[number], (a: Approval) => bigint | null> = {
  created: (a) => BigInt(Date.parse(a.createdAt)),
  updated: (a) => BigInt(Date.parse(a.updatedAt)),
  due: (a) => (a.dueAt === null ? null : BigInt(Date.parse(a.dueAt))),
  amount: (a) => (a.amount === null ? null : BigInt(a.amount)),
  priority: (a) => BigInt(PRIORITIES.indexOf(a.priority)),
};
/** Nulls last in both directions, ties by id in the same direction. */
function sorted(rows: readonly Approval[], sort: (typeof SORTS)[number], direction: "asc" | "desc"): string[] {
  const sign = direction === "asc" ? 1 : -1;
  const compare = (a: Approval, b: Approval) => {
    const [x, y] = [VALUE[sort](a), VALUE[sort](b)];
    if (x === null || y === null) return x === y ? sign * (a.id < b.id ? -1 : 1) : x === null ? 1 : -1;
    return sign * (x === y ? (a.id < b.id ? -1 : 1) : x < y ? -1 : 1);
  };
  return [...rows].sort(compare).map((a) => a.id);
}
const orders = SORTS.flatMap((sort) => (["asc", "desc"] as const).map((direction) => ({ sort, direction })));

describe("pages", () => {
  test.each(orders)(
    "by $sort $direction visit each row once, in order, ties and nulls included, whatever the page's size",
    async (order) => {
      const expected = sorted(all, order.sort, order.direction);
      for (const limit of LONG ? [1, 2, 7, 30, 200] : [2, 11, 30])
        expect((await walk(vera, { ...order, limit })).map((a) => a.id)).toEqual(expected);
    },
  );

  test.each(orders)("by $sort $direction visit each row once while others arrive between them", async (order) => {
    const known = (await walk(mover, { limit: 200 })).map((a) => a.id);
    let from = 100;
    const seen = await walk(mover, { ...order, limit: 13 }, () => {
      from += 7;
      return from < 150 ? addMixed(moving, scopes(moving), from, 2) : Promise.resolve();
    });
    const ids = seen.map((a) => a.id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(known.filter((id) => !ids.includes(id))).toEqual([]);
  });

  test("a cursor of another filter, sort, direction, organisation or tenant is cursor.mismatch; of another limit it goes on", async () => {
    const { nextCursor: cursor } = await listApprovals(vera, { filter: { type: ["alpha"] }, limit: 2 });
    const other = await (await makeTenant()).person("reader");
    const own = { filter: { type: ["alpha"] }, limit: 3, cursor };
    const elsewhere: [Caller, ListInput][] = [
      [vera, { ...own, filter: { type: ["beta"] } }],
      [vera, { ...own, filter: {} }],
      [vera, { ...own, sort: "amount" }],
      [vera, { ...own, direction: "asc" }],
      [{ ...vera, within: world.orgs.ca }, own],
      [other, own],
    ];
    for (const [caller, input] of elsewhere) expect(await codeOf(listApprovals(caller, input))).toBe("cursor.mismatch");
    expect((await listApprovals(vera, own)).items).toHaveLength(3);
  });

  test("any text and any forged value as cursor is refused or read, never an error", async () => {
    const { nextCursor } = await listApprovals(vera, { limit: 1, sort: "amount" });
    const forge = (parts: unknown) => Buffer.from(JSON.stringify(parts)).toString("base64url");
    const print = (sort: "amount" | "created" | "priority") =>
      listApprovals(vera, { limit: 1, sort }).then(
        (p) => JSON.parse(Buffer.from(p.nextCursor as string, "base64url").toString())[2],
      );
    const prints = {
      amount: await print("amount"),
      created: await print("created"),
      priority: await print("priority"),
    };
    const values = fc.oneof(
      fc.string(),
      fc.integer(),
      fc.constantFrom(
        null,
        "9".repeat(19),
        "-1",
        "70000",
        "2026",
        "+275760-09-13T00:00:00.000Z",
        "2026-02-30",
        "Thu, 01 Jan 1970",
        "12:00",
        {},
      ),
    );
    const ids = fc.oneof(fc.uuid(), fc.string(), fc.constantFrom("-".repeat(36), "f".repeat(36), 5, null));
    const attempt = async (cursor: string, sort: "amount" | "created" | "priority") => {
      try {
        await listApprovals(vera, { limit: 1, sort, cursor });
      } catch (error) {
        expect(["cursor.invalid", "cursor.mismatch", "input.invalid"]).toContain((error as { code?: string }).code);
      }
    };
    expect(nextCursor).not.toBeNull();
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: "binary", maxLength: 60 }), (text) => attempt(text, "amount")),
      { numRuns: LONG ? 1000 : 40 },
    );
    await fc.assert(
      fc.asyncProperty(fc.constantFrom("amount", "created", "priority"), values, ids, (sort, value, id) =>
        attempt(forge([value, id, prints[sort]]), sort),
      ),
      { numRuns: LONG ? 5000 : 120 },
    );
    for (const parts of [null, 5, [], [1, 2], ["1", uuidv7(), prints.amount, 4], { length: 3 }])
      expect(await codeOf(listApprovals(vera, { sort: "amount", cursor: forge(parts) }))).toMatch(/^cursor\./);
  });
});
