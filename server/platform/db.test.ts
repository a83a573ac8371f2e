import { describe, expect, test, vi } from "vitest";
import { uuidv7 } from "#server/domain/ids.ts";
import type { Transaction } from "#server/platform/db.ts";
import { database, inTenant, Prisma } from "#server/platform/db.ts";
import { bindTestDatabase } from "#server/testing/world.ts";

bindTestDatabase();
const tenantId = uuidv7();

describe("a statement that goes straight to the connection of its transaction", () => {
  test.each([
    ["text", Prisma.sql`SELECT ${"naïve '\"{}\\ text"}::text AS v`],
    ["bigint", Prisma.sql`SELECT ${9_007_199_254_740_993n}::bigint AS v`],
    ["integer", Prisma.sql`SELECT ${-7}::int AS v`],
    ["numeric", Prisma.sql`SELECT 0.10::numeric AS v`],
    ["float", Prisma.sql`SELECT 1.5::float8 AS v`],
    ["boolean", Prisma.sql`SELECT ${true}::bool AS v`],
    ["uuid", Prisma.sql`SELECT ${tenantId}::uuid AS v`],
    ["instant", Prisma.sql`SELECT ${new Date("2026-03-29T00:59:59.987Z")}::timestamptz AS v`],
    ["json", Prisma.sql`SELECT ${'{"a":[1,null,"x"]}'}::jsonb AS v`],
    ["array of text", Prisma.sql`SELECT ${['a "quoted" one', "b\\", "{}", "NULL"]}::text[] AS v`],
    ["array with a hole", Prisma.sql`SELECT ${["a", null]}::text[] AS v`],
    ["array of uuid", Prisma.sql`SELECT ${[tenantId]}::uuid[] AS v`],
    ["empty array", Prisma.sql`SELECT ${[]}::text[] AS v`],
    ["null", Prisma.sql`SELECT ${null}::text AS v`],
    ["part in a part", Prisma.sql`SELECT v FROM (SELECT ${1}::int AS v) AS t WHERE ${Prisma.sql`v = ${1}`}`],
  ])("gives the %s that the client gives", async (_, statement) => {
    const [theirs] = await database().client.$queryRaw<{ v: unknown }[]>(statement);
    const [ours] = await inTenant(tenantId, (tx) => tx.$queryRaw<{ v: unknown }[]>(statement));
    expect(ours).toEqual(theirs);
  });

  test("counts the rows it wrote, and shares the transaction with model calls", async () => {
    const seen = await inTenant(tenantId, async (tx) => {
      const written =
        await tx.$executeRaw`INSERT INTO tenants (id, code, name) VALUES (${tenantId}::uuid, 'direct', 'Direct')`;
      return { written, found: await tx.tenant.count({ where: { id: tenantId } }) };
    });
    expect(seen).toEqual({ written: 1, found: 1 });
  });

  test("is refused once the transaction is over: the connection may be in another tenant by then", async () => {
    const kept = await inTenant(tenantId, async (tx) => ({ tx }));
    await expect(kept.tx.$queryRaw`SELECT 1`).rejects.toThrow("the transaction is over");
  });

  test("stays on its own connection when another transaction opens inside", async () => {
    const other = uuidv7();
    const tenant = async (tx: Transaction) =>
      (await tx.$queryRaw<{ v: string }[]>`SELECT current_setting('app.tenant_id') AS v`)[0]?.v;
    const seen = await inTenant(tenantId, async (outer) => {
      const inner = await inTenant(other, tenant);
      const [plain] = await database().client.$transaction(
        (tx) => tx.$queryRaw<{ v: string | null }[]>`SELECT current_setting('app.tenant_id', true) AS v`,
      );
      return [await tenant(outer), inner, plain?.v || null, await tenant(outer)];
    });
    expect(seen).toEqual([tenantId, other, null, tenantId]);
  });
});

test("the module may be loaded more than once in a process, as a bundler does: the database stays one", async () => {
  await inTenant(tenantId, (tx) => tx.$executeRaw`SELECT 1`);
  vi.resetModules();
  const again = await import("#server/platform/db.ts");
  expect(again.inTenant).not.toBe(inTenant);
  expect(again.database()).toBe(database());
  expect(await again.inTenant(tenantId, (tx) => tx.$queryRaw`SELECT 1 AS v`)).toEqual([{ v: 1 }]);
});

describe("a transaction of a tenant", () => {
  test.each([
    [false, "auto on"],
    [true, "force_generic_plan off"],
  ])("with writes = %s plans %s, and leaves nothing on the connection", async (writes, wanted) => {
    const plans = "SELECT current_setting('plan_cache_mode') || ' ' || current_setting('enable_seqscan') AS v";
    const seen = await inTenant(tenantId, (tx) => tx.$queryRaw(Prisma.raw(plans)), { writes });
    expect(seen).toEqual([{ v: wanted }]);
    const after = await database().pool.query(`${plans}, current_setting('app.tenant_id', true) AS tenant`);
    expect(after.rows[0]).toEqual({ v: "auto on", tenant: expect.toSatisfy((t) => !t) });
  });
});
