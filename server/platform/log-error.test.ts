import { symbols } from "pino";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { uuidv7 } from "#server/domain/ids.ts";
import { transaction } from "#server/domain/transaction.ts";
import { inTenant } from "#server/platform/db.ts";
import { describeError } from "#server/platform/log-error.ts";
import { logger } from "#server/platform/logger.ts";
import { withTrace } from "#server/platform/trace.ts";
import { bindTestDatabase, makeTenant } from "#server/testing/world.ts";

const { admin } = bindTestDatabase();
const SECRET = "hunter2-this-is-a-secret";
const COMMENT = "a comment that nobody else should read";
const ids = Array.from({ length: 500 }, uuidv7);

const failure = async (failing: Promise<unknown>) => describeError(await failing.then(() => null).catch((e) => e));

/** Nothing of what was bound to the statement, in less than 4 kB. */
function expectBounded(logged: unknown): void {
  const line = JSON.stringify(logged);
  expect(line.length).toBeLessThan(4096);
  for (const value of [SECRET, COMMENT, ids[0] as string, ids[499] as string]) expect(line).not.toContain(value);
}

describe("a failed statement over five hundred ids, as it is logged", () => {
  let tenantId: string;
  beforeAll(async () => {
    ({ tenantId } = await makeTenant());
  });

  test.each([
    ["a value of the wrong type", "22P02", [...ids, COMMENT]],
    ["a row that is there already", "23505", [...ids, ids[0]]],
  ])("by the transaction's connection: %s", async (_, sqlState, values) => {
    const said = await failure(
      inTenant(tenantId, async (tx) => {
        await tx.$executeRaw`CREATE TEMPORARY TABLE kept (id uuid PRIMARY KEY, secret text) ON COMMIT DROP`;
        await tx.$executeRaw`INSERT INTO kept SELECT unnest(${values}::uuid[]), ${SECRET}`;
      }),
    );
    expectBounded(said);
    expect(said).toMatchObject({ sqlState, stack: expect.stringContaining("at ") });
  });

  test("by the client, through raw SQL", async () => {
    const said = await failure(admin().client.$queryRaw`SELECT ${SECRET} FROM unnest(${[...ids, COMMENT]}::uuid[])`);
    expectBounded(said);
    expect(JSON.stringify(said)).toContain("22P02");
  });

  test("by the client's own calls: a wrong argument, a unique row", async () => {
    const data = { id: ids[0] as string, email: "twice@example.test", name: SECRET };
    const wrong = { ...data, disabledAt: COMMENT };
    expectBounded(await failure(admin().client.person.create({ data: wrong })));
    await admin().client.person.create({ data });
    const said = await failure(admin().client.person.create({ data }));
    expectBounded(said);
    expect(said.code).toBe("P2002");
  });
});

describe("any error, as it is logged", () => {
  test("is cut: its message at 500 characters, its frames, its causes at the third", () => {
    const deep = new Error("1", { cause: new Error("2", { cause: new Error("3", { cause: new Error("4") }) }) });
    const said = describeError(Object.assign(deep, { message: "m".repeat(10_000), parameters: ids }));
    expectBounded(said);
    expect(said.message).toHaveLength(501);
    expect(said.cause?.cause?.message).toBe("3");
    expect(JSON.stringify(said)).not.toContain('"4"');
  });

  test.each([[null], [undefined], [SECRET], [42], [{ password: SECRET }]])("may be %s", (thrown) => {
    expectBounded(describeError(thrown));
  });
});

describe("a line of the log", () => {
  const lines: Record<string, unknown>[] = [];
  const stream = logger as unknown as Record<symbol, unknown>;
  const usual = [logger.level, stream[symbols.streamSym]] as const;
  beforeAll(() => {
    stream[symbols.streamSym] = { write: (line: string) => lines.push(JSON.parse(line)) };
    logger.level = "warn";
  });
  afterAll(() => {
    [logger.level, stream[symbols.streamSym]] = usual;
  });

  test("says of a slow statement its text and its time, under the request and the caller, and none of its values", async () => {
    const { tenantId, system } = await makeTenant();
    const caller = { ...(await system()), requestId: "r-slow", correlationId: "c-slow" };
    await withTrace({ requestId: "outer" }, () =>
      transaction(caller, ({ tx }) => tx.$queryRaw`SELECT pg_sleep(0.25), ${SECRET}::text, ${ids}::uuid[]`),
    );
    const slow = lines.find((line) => line.msg === "a slow statement");
    expectBounded(slow);
    expect(slow).toMatchObject({
      requestId: "r-slow",
      correlationId: "c-slow",
      tenantId,
      statement: "SELECT pg_sleep(0.25), $1::text, $2::uuid[]",
    });
    expect(slow?.milliseconds).toBeGreaterThanOrEqual(250);
  });

  test("says of a batch that fails its SQLSTATE and where, in less than 4 kB", async () => {
    const { system } = await makeTenant();
    const failing = transaction(
      await system(),
      ({ tx }) => tx.$executeRaw`SELECT ${COMMENT}, ${ids}::uuid[], ${SECRET}::int`,
    );
    await failing.catch((err) => logger.error({ err }, "a batch failed"));
    const line = lines.find(({ msg }) => msg === "a batch failed");
    expectBounded(line);
    expect(line).toMatchObject({ err: { sqlState: "22P02", stack: expect.stringContaining("at ") } });
  });
});
