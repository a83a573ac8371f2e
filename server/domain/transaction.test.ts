import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Caller } from "#server/domain/caller.ts";
import { uuidv7 } from "#server/domain/ids.ts";
import { Refusal } from "#server/domain/refusals.ts";
import { transaction } from "#server/domain/transaction.ts";
import type { Work } from "#server/domain/work.ts";
import type { Database } from "#server/platform/db.ts";
import { bindDatabase, connect, database, isRetryable, isTransient, sqlState } from "#server/platform/db.ts";
import { tableHashes } from "#server/testing/record.ts";
import { bindTestDatabase, makeTenant } from "#server/testing/world.ts";

const { admin, urls } = bindTestDatabase();
let caller: Caller;

beforeAll(async () => {
  caller = await (await makeTenant()).system();
  await admin().pool.query(`
    CREATE TABLE rows (id int PRIMARY KEY, v int NOT NULL DEFAULT 0);
    CREATE TABLE closed (id int);
    CREATE SEQUENCE tries; -- not rolled back: it counts what a transaction forgets
    GRANT ALL ON rows, tries TO countersign_app;
    CREATE FUNCTION fail_at_commit() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF nextval('tries') <= NEW.v THEN RAISE EXCEPTION 'lost at commit' USING ERRCODE = '40001'; END IF;
      RETURN NULL;
    END $$;
    CREATE CONSTRAINT TRIGGER fail AFTER INSERT ON rows DEFERRABLE INITIALLY DEFERRED
      FOR EACH ROW WHEN (NEW.id > 100) EXECUTE FUNCTION fail_at_commit()`);
});
beforeEach(async () => {
  await admin().pool.query(
    "TRUNCATE rows; ALTER SEQUENCE tries RESTART; INSERT INTO rows (id) SELECT generate_series(1, 9)",
  );
});

const failure = async (run: (work: Work) => Promise<unknown>): Promise<unknown> =>
  transaction(caller, run).then(
    () => undefined,
    (error: unknown) => error,
  );
const value = async (id: number) => (await admin().pool.query("SELECT v FROM rows WHERE id = $1", [id])).rows[0]?.v;
const records = async () =>
  (
    await admin().pool.query(
      "SELECT (SELECT count(*)::int FROM audit_logs WHERE action = 'test.done') AS audit, (SELECT count(*)::int FROM outbox_events WHERE event_type = 'Tested') AS events",
    )
  ).rows[0];
function record(work: Work, targetId = uuidv7()): void {
  work.audit({
    class: "CHANGE",
    action: "test.done",
    targetType: "test",
    targetId,
    scopeId: null,
    before: null,
    after: {},
  });
  work.emit({ aggregateType: "TESTS", aggregateId: targetId, aggregateVersion: 1, eventType: "Tested", payload: {} });
}
const bump = (work: Work, id: number) => work.tx.$executeRaw`UPDATE rows SET v = v + 1 WHERE id = ${id}::int`;
const isolated = (level: string): Database =>
  connect(`${urls().appUrl}?options=${encodeURIComponent(`-c default_transaction_isolation=${level}`)}`, 4);

describe("is run again, at most three times in all", () => {
  test.each<[string, (work: Work, id: number) => Promise<unknown>]>([
    ["a statement", bump],
    [
      "a model call",
      (work, id) =>
        work.tx.signInAttempt.updateMany({ where: { account: `${id}` }, data: { failures: { increment: 1 } } }),
    ],
  ])(
    "after a real deadlock of two transactions, in %s: both commit, once each, with one record each (U1)",
    async (_, touch) => {
      await admin().pool.query(
        "INSERT INTO sign_in_attempts SELECT 'a', g::text, 0, now() FROM generate_series(1, 2) g ON CONFLICT DO NOTHING",
      );
      const before = await records();
      const met = [Promise.withResolvers<void>(), Promise.withResolvers<void>()] as const;
      const over: Promise<void>[] = [];
      let runs = 0;
      const side = async (first: 0 | 1) => {
        const other = first === 0 ? 1 : 0;
        let mine = 0;
        await transaction(caller, async (work) => {
          runs++;
          if (mine++ > 0) await over[other]; // the victim comes back when the winner is through
          await touch(work, 1 + first);
          met[first].resolve();
          await met[other].promise; // both hold their first row before either asks for the other's
          await touch(work, 2 - first);
          record(work);
        });
      };
      over.push(side(0), side(1));
      await Promise.all(over);
      expect(runs).toBe(3);
      expect(await records()).toEqual({ audit: before.audit + 2, events: before.events + 2 });
    },
  );

  test("after a real serialization failure", async () => {
    const app = database();
    const serializable = isolated("serializable");
    bindDatabase(serializable);
    try {
      let runs = 0;
      await transaction(caller, async (work) => {
        await work.tx.$queryRaw`SELECT v FROM rows WHERE id = 3`;
        if (runs++ === 0) await admin().pool.query("UPDATE rows SET v = 10 WHERE id = 3");
        await bump(work, 3);
      });
      expect([runs, await value(3)]).toEqual([2, 11]);
    } finally {
      bindDatabase(app);
      await serializable.close();
    }
  });

  test.each([
    [1, 2],
    [2, 3],
  ])("after %i failures at COMMIT: %i runs, one effect, one record (U1, O1)", async (failures, runs) => {
    const before = await records();
    let count = 0;
    await transaction(caller, async (work) => {
      count++;
      await work.tx.$executeRaw`INSERT INTO rows VALUES (101, ${failures}::int)`;
      record(work);
    });
    expect([count, await value(101)]).toEqual([runs, failures]);
    expect(await records()).toEqual({ audit: before.audit + 1, events: before.events + 1 });
  });

  test("and no more: the third failure is the caller's, and nothing is left", async () => {
    const before = await tableHashes(admin().pool);
    let count = 0;
    const error = await failure(async (work) => {
      count++;
      await work.tx.$executeRaw`INSERT INTO rows VALUES (101, 99)`;
      record(work);
    });
    expect([count, isRetryable(error), sqlState(error)]).toEqual([3, true, "40001"]);
    expect(await tableHashes(admin().pool)).toEqual(before);
  });

  test.each<[string, (work: Work) => Promise<unknown>]>([
    ["a refusal", async () => Promise.reject(new Refusal("org.not_found"))],
    ["a broken rule of the database", (work) => work.tx.$executeRaw`INSERT INTO rows VALUES (1, 1)`],
    ["an error of the program", async () => Promise.reject(new TypeError("ours"))],
  ])("but not at all after %s", async (_, fail) => {
    const before = await tableHashes(admin().pool);
    let count = 0;
    await failure(async (work) => {
      count++;
      await bump(work, 1);
      record(work);
      await fail(work);
    });
    expect(count).toBe(1);
    expect(await tableHashes(admin().pool)).toEqual(before);
  });
});

describe("what the client throws is read for what it is", () => {
  const facts = (error: unknown) => [sqlState(error), isRetryable(error), isTransient(error)];
  const end = async (work: Work) => {
    const [row] = await work.tx.$queryRaw<{ pid: number }[]>`SELECT pg_backend_pid() AS pid`;
    await admin().pool.query("SELECT pg_terminate_backend($1, 5000)", [row?.pid]);
  };

  test.each<[string, (work: Work) => Promise<unknown>, unknown[]]>([
    ["a duplicate, in a statement", (w) => w.tx.$executeRaw`INSERT INTO rows VALUES (1, 1)`, ["23505", false, false]],
    [
      "a duplicate, in a model call",
      (w) => w.tx.tenant.create({ data: { id: w.caller.tenantId, code: "x", name: "x" } }),
      ["23505", false, false],
    ],
    ["no privilege, in a statement", (w) => w.tx.$executeRaw`INSERT INTO closed VALUES (1)`, ["42501", false, false]],
    ["no privilege, in a model call", (w) => w.tx.auditLog.deleteMany({}), ["42501", false, false]],
    [
      "the wall of row-level security",
      (w) => w.tx.accessRevision.create({ data: { tenantId: uuidv7(), revision: 1n } }),
      ["42501", false, false],
    ],
    [
      "a statement that takes too long",
      async (w) => {
        await w.tx.$executeRaw`SET LOCAL statement_timeout = 1`;
        await w.tx.$executeRaw`SELECT pg_sleep(5)`;
      },
      ["57014", false, false],
    ],
    [
      "a serialization failure",
      (w) => w.tx.$executeRaw`DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '40001'; END $$`,
      ["40001", true, false],
    ],
    [
      "a connection that ended before a statement",
      async (w) => {
        await end(w);
        await w.tx.$queryRaw`SELECT 1`;
      },
      [undefined, false, true],
    ],
    [
      "a connection that ended before a model call",
      async (w) => {
        await end(w);
        await w.tx.tenant.findMany();
      },
      [undefined, false, true],
    ],
    ["a connection that ended before COMMIT", end, [undefined, false, true]],
    [
      "a connection that ended during a statement",
      async (w) =>
        w.tx.$executeRaw`DO $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); PERFORM pg_sleep(5); END $$`,
      ["57P01", false, true],
    ],
    [
      "an error of the program",
      async () => {
        throw new Error("ours");
      },
      [undefined, false, false],
    ],
  ])("%s", async (_, run, expected) => {
    expect(facts(await failure(run))).toEqual(expected);
  });

  test.each([
    ["no server", () => "postgresql://nobody@127.0.0.1:1/none", true],
    ["no such database", () => urls().appUrl.replace(/\/[^/]*$/, "/none"), false],
  ])("%s", async (_, url, transient) => {
    const app = database();
    const away = connect(url(), 1);
    bindDatabase(away);
    try {
      const error = await failure(async (work) => bump(work, 1));
      expect([isRetryable(error), isTransient(error)]).toEqual([false, transient]);
      const raw = await database().client.$queryRaw`SELECT 1`.then(
        () => undefined,
        (e: unknown) => e,
      );
      expect(isTransient(raw)).toBe(transient);
    } finally {
      bindDatabase(app);
      await away.close();
    }
  });
});
