import fc from "fast-check";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Database } from "#server/platform/db.ts";
import { bindDatabase, connect, inTenant } from "#server/platform/db.ts";
import { pick } from "#server/testing/chance.ts";
import { fillTenant } from "#server/testing/filled.ts";
import { LONG } from "#server/testing/long.ts";
import type { World } from "#server/testing/world.ts";
import { bindTestDatabase } from "#server/testing/world.ts";

const { admin, urls } = bindTestDatabase();
const RUNS = LONG
  ? { numRuns: 500 }
  : { numRuns: 20, seed: 20_261_130, interruptAfterTimeLimit: 90_000, markInterruptAsFailure: true };

const TENANTS = 3;
const REFUSED = "42501"; // insufficient_privilege: no grant, or a row that the wall does not let in

let worlds: readonly World[];
/** Every table that has a tenant, by the catalogue: one that is added is asked too. */
let tables: readonly { readonly name: string; readonly columns: string }[];
/** One row of each tenant in each table. */
const rows = new Map<string, unknown>();
/** The application's role with two connections, which everything below shares. */
let app: Database;

beforeAll(async () => {
  const worker = new pg.Pool({ connectionString: urls().workerUrl });
  const filled: World[] = [];
  for (let i = 0; i < TENANTS; i++) filled.push(await fillTenant(admin(), worker, 2 + i));
  worlds = filled;
  await worker.end();
  app = connect(urls().appUrl, 2);
  bindDatabase(app);
  tables = (
    await admin().pool.query<{ name: string; columns: string }>(
      `SELECT c.relname AS name, string_agg(quote_ident(f.attname), ', ' ORDER BY f.attnum) AS columns
       FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id'
       JOIN pg_attribute f ON f.attrelid = c.oid AND f.attnum > 0 AND NOT f.attisdropped AND f.attgenerated = ''
       WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
       GROUP BY c.relname ORDER BY 1`,
    )
  ).rows;
  for (const { name } of tables)
    for (const { tenantId } of worlds) {
      const found = await admin().pool.query(`SELECT to_jsonb(t) AS row FROM ${name} t WHERE tenant_id = $1 LIMIT 1`, [
        tenantId,
      ]);
      if (found.rows.length === 0) throw new Error(`${name} has no row to test with: fillTenant must make one`);
      rows.set(`${name} ${tenantId}`, found.rows[0].row);
    }
});
afterAll(() => app.close());

const n = fc.nat(50);
/** As one tenant: what is read without any filter, and what is pushed over the wall. */
const anyStep = fc.record({
  as: n,
  other: n,
  how: fc.constantFrom("read", "read", "none", "joined", "fails", "breaks", "insert", "move", "change", "remove"),
});
type Step = typeof anyStep extends fc.Arbitrary<infer T> ? T : never;

const sqlState = (error: unknown): string => {
  const text = JSON.stringify(error, Object.getOwnPropertyNames(error));
  return /"originalCode":"(\w{5})"/.exec(text)?.[1] ?? /\b(42501|22012)\b/.exec(text)?.[1] ?? text;
};
const stateOf = (call: Promise<unknown>): Promise<string> => call.then(() => "done", sqlState);

async function take(step: Step, { name, columns }: (typeof tables)[number], count: (what: string) => void) {
  const mine = pick(worlds, step.as).tenantId;
  const others = worlds.map(({ tenantId }) => tenantId).filter((id) => id !== mine);
  const theirs = pick(others, step.other);
  const own = async (text: string, ...values: unknown[]) => {
    const seen = await inTenant(mine, (tx) => tx.$queryRawUnsafe<{ tenant_id: string }[]>(text, ...values));
    expect([name, step.how, [...new Set(seen.map((row) => row.tenant_id))]]).toEqual([name, step.how, [mine]]);
  };
  const write = (text: string, ...values: unknown[]) => inTenant(mine, (tx) => tx.$executeRawUnsafe(text, ...values));
  if (step.how === "read") await own(`SELECT tenant_id, t::text AS "all of it" FROM ${name} t`);
  else if (step.how === "joined")
    await own(
      `SELECT b.tenant_id FROM ${name} a LEFT JOIN ${name} b ON true WHERE b.tenant_id = $1::uuid OR true`,
      theirs,
    );
  else if (step.how === "none") {
    const { rowCount } = await app.pool.query(`SELECT FROM ${name}`);
    expect([name, rowCount]).toEqual([name, 0]);
  } else if (step.how === "fails")
    await expect(
      inTenant(mine, async (tx) => {
        await tx.$queryRawUnsafe(`SELECT FROM ${name}`);
        throw new Error("on the way");
      }),
    ).rejects.toThrow("on the way");
  else if (step.how === "breaks") expect(await stateOf(write("SELECT 1 / 0"))).toBe("22012");
  else if (step.how === "insert") {
    const forged = { ...(rows.get(`${name} ${mine}`) as object), tenant_id: theirs };
    const row = pick([forged, rows.get(`${name} ${theirs}`)], step.other);
    const text = `INSERT INTO ${name} (${columns}) SELECT ${columns} FROM jsonb_populate_record(NULL::${name}, $1::jsonb)`;
    expect([name, await stateOf(write(text, JSON.stringify(row)))]).toEqual([name, REFUSED]);
  } else if (step.how === "move") {
    const state = await stateOf(write(`UPDATE ${name} SET tenant_id = $1::uuid`, theirs));
    expect([name, state]).toEqual([name, REFUSED]);
  } else {
    const text =
      step.how === "remove"
        ? `DELETE FROM ${name} WHERE tenant_id = $1::uuid`
        : `UPDATE ${name} SET tenant_id = tenant_id WHERE tenant_id = $1::uuid`;
    const touched = await write(text, theirs).catch(sqlState);
    expect([name, [0, REFUSED].includes(touched)]).toEqual([name, true]);
  }
  count(step.how);
}

test("R12 with every filter removed each tenant sees its own rows in every table, and gives none away, whoever had the connection before", {
  timeout: LONG ? 1_800_000 : 150_000,
}, async () => {
  expect(tables.length).toBeGreaterThan(30);
  const seen = new Map<string, number>();
  const count = (what: string) => seen.set(what, (seen.get(what) ?? 0) + 1);
  const all = async () => {
    // Whoever writes to a table of access moves their own revision, also where no row is touched.
    const still = tables.filter(({ name }) => name !== "access_moves");
    const counts = still.map(({ name }) => `(SELECT count(*) FROM ${name}) AS ${name}`);
    return (await admin().pool.query(`SELECT ${counts.join(", ")}`)).rows[0];
  };
  const property = fc.asyncProperty(
    fc.array(anyStep, { minLength: tables.length, maxLength: tables.length }),
    fc.integer({ min: 1, max: 6 }),
    fc.nat(100),
    async (steps, together, from) => {
      const before = await all();
      // Each table is met once, so many at a time on two connections.
      for (let i = 0; i < steps.length; i += together)
        await Promise.all(steps.slice(i, i + together).map((step, k) => take(step, pick(tables, from + i + k), count)));
      const { rows: left } = await app.pool.query("SELECT current_setting('app.tenant_id', true) AS tenant");
      expect(left).toEqual([{ tenant: expect.toBeOneOf([null, ""]) }]);
      expect(await all()).toEqual(before);
    },
  );
  await fc.assert(property, RUNS);
  expect([...seen.keys()].sort()).toEqual(
    ["breaks", "change", "fails", "insert", "joined", "move", "none", "read", "remove"], // else it would have proven less
  );
});
