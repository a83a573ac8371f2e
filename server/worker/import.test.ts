import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { assignRole } from "#server/domain/access/assign-role.ts";
import { createScopes } from "#server/domain/access/create-scopes.ts";
import { revokeRole } from "#server/domain/access/revoke-role.ts";
import { decideApproval } from "#server/domain/approvals/decide.ts";
import type { Caller } from "#server/domain/caller.ts";
import { getGoverned, listGoverned } from "#server/domain/governance/queries.ts";
import { flushDenials } from "#server/domain/governance/record.ts";
import { checkImport } from "#server/domain/imports/check-import.ts";
import { discardImport } from "#server/domain/imports/discard-import.ts";
import { abandonedImports, getImport, listImports, listProblems } from "#server/domain/imports/queries.ts";
import { BATCH_ROWS } from "#server/domain/imports/schema.ts";
import { startImport } from "#server/domain/imports/start-import.ts";
import type { Child } from "#server/testing/children.ts";
import { startChild } from "#server/testing/children.ts";
import { HEADER, importsOf, MAP, numbered } from "#server/testing/imports.ts";
import { recordFlaws } from "#server/testing/record.ts";
import { codeOf, refused } from "#server/testing/refused.ts";
import type { World } from "#server/testing/world.ts";
import { again, bindTestDatabase, makeTenant } from "#server/testing/world.ts";

const { admin, urls } = bindTestDatabase();
const imports = importsOf(admin);
let world: World;
let ada: Caller;
let worker: Child | undefined;

beforeAll(async () => {
  world = await makeTenant();
  ada = await world.person("administrator");
});
afterEach(() => worker?.kill("SIGKILL"));

const sql = async (text: string, values: unknown[] = []) => (await admin().pool.query(text, values)).rows;
/** Rows that no other test has. */
let batches = 0;
const fresh = (n: number, org = "CA") => {
  const batch = batches++;
  return Array.from({ length: n }, (_, i) => `${org},imported,Batch ${batch} row ${i + 1},${i}.50,`);
};
const brought = (id: string) =>
  sql(
    `SELECT a.title, a.submitter_person_id AS by, s.code AS org FROM import_approvals m JOIN approvals a ON a.tenant_id = m.tenant_id AND a.id = m.approval_id
     JOIN scopes s ON s.id = a.org_id WHERE m.import_id = $1 ORDER BY a.id`,
    [id],
  );
const lose = async (person: Caller) => {
  for (const { id } of await sql("SELECT id FROM assignments WHERE person_id = $1", [person.personId]))
    await revokeRole(await world.system(), { id });
};

/** A worker that is told to stop when it has done so many batches. */
const stopAfter = (n: number) => ({
  get aborted() {
    return n-- <= 0;
  },
});

describe("the worker", () => {
  test("checks every row, asks, and submits the good ones as their importer, who cannot decide them; a colleague can (A3)", async () => {
    const rows = [...fresh(3), "CA,imported,,1,", "XX,imported,x,1,"];
    const checked = await imports.checked(ada, rows);
    expect(checked).toMatchObject({
      state: "CHECKED",
      total: 5,
      bad: 2,
      foreseen: 0,
      submitted: 0,
      mine: true,
      hasFile: true,
    });
    expect(await imports.count("approvals", world.tenantId, `submitter_person_id = '${ada.personId}'`)).toBe(0);
    expect((await listProblems(ada, { id: checked.id })).items.map((r) => r.line)).toEqual([5, 6]);

    await startImport(ada, { id: checked.id, version: checked.version });
    await imports.run(ada, checked.id);
    expect(await getImport(ada, { id: checked.id })).toMatchObject({
      state: "SUBMITTED",
      total: 5,
      bad: 2,
      submitted: 3,
      known: 0,
      hasFile: false,
    });
    const made = await brought(checked.id);
    expect(made.map((a) => [a.by, a.org])).toEqual(Array(3).fill([ada.personId, "CA"]));
    expect((await listProblems(ada, { id: checked.id })).items).toHaveLength(2);

    const [{ approval_id: id }] = await sql("SELECT approval_id FROM import_approvals WHERE import_id = $1", [
      checked.id,
    ]);
    expect(await codeOf(decideApproval(ada, { id, decision: "APPROVE" }))).toBe("approval.own_request");
    await decideApproval(await world.person("decider"), { id, decision: "APPROVE" });
  });

  test("leaves an audit row and an event at each step, each version once (U1, O1)", async () => {
    const { id } = await imports.submitted(ada, fresh(2));
    const steps = await sql("SELECT action, person_id AS by FROM audit_logs WHERE target_id = $1 ORDER BY id", [id]);
    expect(steps).toEqual(
      ["begun", "uploaded", "mapped", "staged", "started", "submitted"].map((step) => ({
        action: `import.${step}`,
        by: ada.personId,
      })),
    );
    const events = await sql(
      "SELECT event_type AS type, aggregate_version AS version FROM outbox_events WHERE aggregate_id = $1 ORDER BY id",
      [id],
    );
    expect(events).toEqual(
      ["Begun", "Uploaded", "Mapped", "Staged", "Started", "Submitted"].map((event, i) => ({
        type: `Import${event}`,
        version: i + 1,
      })),
    );
  });

  test("adds nothing for the same file and map again, and says so before and after; nor for another's", async () => {
    const rows = [...fresh(2), ...fresh(1), "NY,imported,twice,1,", "NY,imported,twice,1,"];
    await imports.submitted(ada, rows);
    for (const caller of [ada, await world.person("administrator")]) {
      const checked = await imports.checked(caller, rows);
      expect(checked).toMatchObject({ total: 5, bad: 0, foreseen: 5 });
      await startImport(caller, { id: checked.id, version: checked.version });
      await imports.run(caller, checked.id);
      expect(await getImport(caller, { id: checked.id })).toMatchObject({ state: "SUBMITTED", submitted: 0, known: 5 });
      expect(await brought(checked.id)).toEqual([]);
    }
  });

  test("submits each row once though two people import the same file at once", async () => {
    const rows = fresh(2500);
    const eve = await world.person("administrator");
    const [a, b] = await Promise.all([imports.started(ada, rows), imports.started(eve, rows)]);
    await Promise.all([imports.run(ada, a), imports.run(eve, b)]);
    const [one, two] = [await imports.row(a), await imports.row(b)];
    expect([one.state, two.state]).toEqual(["SUBMITTED", "SUBMITTED"]);
    expect([one.submitted + two.submitted, one.known + two.known]).toEqual([2500, 2500]);
  });

  test("run three times at once does it once", async () => {
    const id = await imports.mapped(ada, fresh(2100));
    await Promise.all([1, 2, 3].map(() => imports.run(ada, id)));
    const { version } = await getImport(ada, { id });
    expect(await imports.row(id)).toMatchObject({ state: "CHECKED", total: 2100, fence: 2 });
    await startImport(ada, { id, version });
    await Promise.all([1, 2, 3].map(() => imports.run(ada, id)));
    expect(await imports.row(id)).toMatchObject({ state: "SUBMITTED", submitted: 2100, known: 0, fence: 4 });
  });

  test("stops after its batch when it is told to, and goes on behind it, checking and submitting", async () => {
    const rows = fresh(2100);
    const id = await imports.mapped(ada, rows);
    await imports.run(ada, id, stopAfter(1));
    expect(await imports.row(id)).toMatchObject({ state: "STAGING", total: BATCH_ROWS });
    await imports.run(ada, id); // the lease of the one that stopped still runs
    expect(await imports.row(id)).toMatchObject({ state: "STAGING", total: BATCH_ROWS });
    await imports.lapse(id);
    expect(await abandonedImports(await world.system(), {})).toContain(id);
    await imports.run(ada, id);
    expect(await imports.row(id)).toMatchObject({ state: "CHECKED", total: 2100, bad: 0 });
    await startImport(ada, { id, version: (await getImport(ada, { id })).version });
    await imports.run(ada, id, stopAfter(1));
    expect(await imports.row(id)).toMatchObject({ state: "STAGED", submitted: BATCH_ROWS });
    await imports.lapse(id);
    await imports.run(ada, id);
    expect(await imports.row(id)).toMatchObject({ state: "SUBMITTED", submitted: 2100, known: 0 });
    expect((await brought(id)).length).toBe(2100);
  });

  test("whose import another one took over commits no further batch, and says nothing about it", async () => {
    // What another worker's claim does, in the commit of the first batch.
    await sql(
      `CREATE FUNCTION take_over() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN UPDATE imports SET fence = fence + 1 WHERE id = NEW.import_id; RETURN NULL; END'`,
    );
    await sql(
      "CREATE TRIGGER take_over AFTER INSERT ON import_rows FOR EACH ROW WHEN (NEW.line = 500) EXECUTE FUNCTION take_over()",
    );
    const id = await imports.mapped(ada, fresh(2100));
    await imports.run(ada, id);
    await sql("DROP TRIGGER take_over ON import_rows");
    expect(await imports.row(id)).toMatchObject({ state: "STAGING", total: BATCH_ROWS, code: null });
    await imports.lapse(id);
    await imports.run(ada, id);
    expect(await imports.row(id)).toMatchObject({ state: "CHECKED", total: 2100 });
  });

  test("fails an import whose file stops being CSV, by line; with another file's map it may be checked again", async () => {
    const id = await imports.upload(ada, `${HEADER}\n${[...numbered(40_000), 'CA,imported,"open,1,'].join("\n")}`);
    await checkImport(ada, { id, version: 2, map: MAP });
    await imports.run(ada, id);
    const failed = await getImport(ada, { id });
    expect(failed).toMatchObject({
      state: "FAILED",
      code: "import.not_csv",
      facts: { line: 40_002, flaw: "open_quote" },
      hasFile: true,
    });
    expect(await imports.count("import_rows", world.tenantId, `import_id = '${id}'`)).toBe(0);
    const other = { ...MAP, delimiter: ";" as const };
    await checkImport(ada, { id, version: failed.version, map: other });
    await imports.run(ada, id);
    expect(await getImport(ada, { id })).toMatchObject({ state: "FAILED", code: "import.missing_columns" });
  });
});

describe("what its importer may", () => {
  test("bounds where rows go: those of other organisations are bad, and never written", async () => {
    const local = await world.person("administrator", world.orgs.ny);
    const rows = [...fresh(2, "NY"), ...fresh(2, "CA")];
    const done = await imports.submitted(local, rows);
    expect(done).toMatchObject({ total: 4, bad: 2, submitted: 2 });
    expect((await brought(done.id)).map((a) => a.org)).toEqual(["NY", "NY"]);
    expect((await listProblems(local, { id: done.id })).items.map((r) => r.problems)).toEqual(
      Array(2).fill([{ field: "org", code: "org_unknown", facts: { value: "CA" } }]),
    );
  });

  test("and what their session was narrowed to bounds it too", async () => {
    const narrowed = { ...ada, within: world.orgs.ny };
    const done = await imports.submitted(narrowed, [...fresh(1, "NY"), ...fresh(1, "CA")]);
    expect(done).toMatchObject({ bad: 1, submitted: 1 });
  });

  test("is read again for each batch: organisations lost between check and submission leave their rows out, by name", async () => {
    const local = await world.person("administrator", world.orgs.ny);
    const { id: both } = await assignRole(await world.system(), {
      personId: local.personId as string,
      role: "administrator",
      scopeId: world.orgs.ca,
    });
    const wide = (await again(local)) as Caller;
    const id = await imports.started(wide, [...fresh(2, "NY"), ...fresh(3, "CA")]);
    await revokeRole(await world.system(), { id: both });
    await imports.run(wide, id);
    expect(await imports.row(id)).toMatchObject({ state: "SUBMITTED", submitted: 2, bad: 3, known: 0 });
    expect((await listProblems((await again(local)) as Caller, { id })).items.map((r) => r.problems)).toEqual(
      Array(3).fill([{ field: "org", code: "no_longer" }]),
    );
  });

  test("lost altogether between upload and check, or between check and submission, ends it and writes nothing", async () => {
    for (const step of ["mapped", "started"] as const) {
      const leaver = await world.person("administrator");
      const id = await imports[step](leaver, fresh(3));
      await lose(leaver);
      await imports.run(leaver, id);
      expect(await getImport(ada, { id })).toMatchObject({ state: "FAILED", code: "access.denied", submitted: 0 });
      expect(await brought(id)).toEqual([]);
      expect(await imports.count("import_rows", world.tenantId, `import_id = '${id}'`)).toBe(0);
    }
  });

  test("ends with their membership, in the middle too: what was submitted stays, the rest is not", async () => {
    const leaver = await world.person("administrator");
    const id = await imports.started(leaver, fresh(1500));
    await imports.run(leaver, id, stopAfter(1));
    await sql("UPDATE memberships SET status = 'DISABLED' WHERE person_id = $1", [leaver.personId]);
    await imports.lapse(id);
    await imports.run(leaver, id);
    expect(await imports.row(id)).toMatchObject({ state: "FAILED", code: "access.denied", submitted: BATCH_ROWS });
    expect((await brought(id)).length).toBe(BATCH_ROWS);
    await flushDenials();
    const filter = { outcome: "DENY", person: leaver.personId as string } as const;
    const [entry, ...more] = (await listGoverned(await world.system(), { filter })).items;
    expect([entry, more]).toMatchObject([{ operation: "imports.claim", permission: "imports:run" }, []]);
    const { explanation } = await getGoverned(await world.system(), { id: entry?.id as string });
    expect(explanation).toMatchObject({ reason: "BARRED", because: [] });
  });

  test("a requester who left since is no requester: that row alone is left out", async () => {
    const leaver = await world.person("reader");
    const [{ email }] = await sql("SELECT email FROM people WHERE id = $1", [leaver.personId]);
    const [first, second] = fresh(2) as [string, string];
    const id = await imports.started(ada, [`${first}${email}`, second]);
    await admin().pool.query("UPDATE memberships SET status = 'ENDED' WHERE person_id = $1", [leaver.personId]);
    await imports.run(ada, id);
    expect(await imports.row(id)).toMatchObject({ state: "SUBMITTED", submitted: 1, bad: 1 });
  });

  test("never is to ask for access: such rows are bad, and one that was good before that held is left out alone", async () => {
    const asking = "CA,access_grant,Access for me,1,";
    const done = await imports.submitted(ada, [...fresh(1), asking]);
    expect(done).toMatchObject({ state: "SUBMITTED", submitted: 1, bad: 1 });
    const problems = async (id: string) => (await listProblems(ada, { id })).items.map((r) => r.problems);
    expect(await problems(done.id)).toEqual([[{ field: "type", code: "type_reserved" }]]);
    const id = await imports.started(ada, fresh(3));
    await sql(`UPDATE import_rows SET item = item || '{"type": "access_grant"}' WHERE import_id = $1 AND line = 3`, [
      id,
    ]);
    await imports.run(ada, id);
    expect(await imports.row(id)).toMatchObject({ state: "SUBMITTED", submitted: 2, bad: 1 });
    expect(await problems(id)).toEqual([[{ field: "row", code: "no_longer" }]]);
  });

  test("an organisation made since is one to which the same file brings its rows", async () => {
    const rows = [...fresh(1), "TX,imported,To Texas,1,"];
    expect(await imports.submitted(ada, rows)).toMatchObject({ submitted: 1, bad: 1 });
    await createScopes(await world.system(), {
      parentId: world.rootId,
      kind: "ORG",
      items: [{ code: "TX", name: "Texas" }],
    });
    expect(await imports.submitted((await again(ada)) as Caller, rows)).toMatchObject({
      submitted: 1,
      known: 1,
      bad: 0,
    });
  });
});

describe("an import", () => {
  test("is seen by who may import in all of what it may reach, and gone on with by nobody but its person (A12)", async () => {
    const local = await world.person("administrator", world.orgs.ny);
    const narrowed = { ...ada, within: world.orgs.ny };
    const [wide, near] = [await imports.checked(ada, fresh(1)), await imports.checked(narrowed, fresh(1, "NY"))];
    const eve = await world.person("administrator");
    const stranger = await (await makeTenant()).person("administrator");
    const sees = async (caller: Caller) => {
      const listed = (await listImports(caller, {})).items.map((i) => i.id);
      return [wide.id, near.id].map((id) => listed.includes(id));
    };
    expect([await sees(eve), await sees(local), await sees(narrowed), await sees(stranger)]).toEqual([
      [true, true],
      [false, true],
      [false, true],
      [false, false],
    ]);
    for (const caller of [local, stranger])
      for (const call of [() => getImport(caller, { id: wide.id }), () => listProblems(caller, { id: wide.id })])
        expect(await refused(call())).toEqual({ code: "import.not_found", facts: {} });
    for (const caller of [eve, local, stranger])
      for (const call of [
        () => checkImport(caller, { id: wide.id, version: wide.version, map: MAP }),
        () => startImport(caller, { id: wide.id, version: wide.version }),
        () => discardImport(caller, { id: wide.id }),
      ])
        expect(await refused(call())).toEqual({ code: "import.not_found", facts: {} });
    expect(await imports.row(wide.id)).toMatchObject({ state: "CHECKED" });
  });

  test("is gone on with at the version that its person sees, once, and only where it stands", async () => {
    const { id, version } = await imports.checked(ada, fresh(1));
    expect(await refused(startImport(ada, { id, version: version - 1 }))).toEqual({
      code: "import.stale",
      facts: { version },
    });
    const twice = await Promise.allSettled([startImport(ada, { id, version }), startImport(ada, { id, version })]);
    expect(twice.map((t) => t.status).sort()).toEqual(["fulfilled", "rejected"]);
    expect(await codeOf(checkImport(ada, { id, version: version + 1, map: MAP }))).toBe("import.not_open");
    await imports.run(ada, id);
    expect(await codeOf(discardImport(ada, { id }))).toBe("import.not_open");
    const empty = await imports.checked(ada, ["XX,imported,x,1,"]);
    expect(await codeOf(startImport(ada, { id: empty.id, version: empty.version }))).toBe("import.no_good_rows");
  });

  test("is mapped once more after it was checked, and keeps nothing of the first time", async () => {
    const rows = fresh(3);
    const first = await imports.checked(ada, rows, { fields: { ...MAP.fields, title: { column: "email" } } });
    expect(first).toMatchObject({ total: 3, bad: 3 });
    await checkImport(ada, { id: first.id, version: first.version, map: MAP });
    await imports.run(ada, first.id);
    expect(await getImport(ada, { id: first.id })).toMatchObject({ state: "CHECKED", total: 3, bad: 0 });
    expect((await listProblems(ada, { id: first.id })).items).toEqual([]);
  });

  test("stopped while it is submitted keeps what was, and no further row comes", async () => {
    const id = await imports.started(ada, fresh(2500));
    let stopped: Promise<unknown> | undefined;
    await imports.run(ada, id, {
      get aborted() {
        stopped ??= discardImport(ada, { id });
        return false;
      },
    });
    await stopped;
    const row = await imports.row(id);
    expect(row.state).toBe("STOPPED");
    expect((await brought(id)).length).toBe(row.submitted);
    expect(await imports.count("import_rows", world.tenantId, `import_id = '${id}'`)).toBe(0);
  });
});

test("a worker process killed while it checks, and another while it submits: every row is submitted once (A13, O1)", {
  timeout: 240_000,
}, async () => {
  const rows = fresh(4000);
  const id = await imports.mapped(ada, rows);
  const startWorker = () => startChild("server/worker/main.ts", urls(), { DATABASE_POOL: "3", LOG_LEVEL: "error" });
  const blocked = () =>
    expect
      .poll(
        async () =>
          (
            await sql(
              "SELECT count(*)::int AS n FROM pg_stat_activity WHERE usename = 'countersign_app' AND datname = current_database() AND wait_event_type = 'Lock'",
            )
          )[0].n,
        { timeout: 60_000 },
      )
      .toBeGreaterThan(0);
  /** Lets a worker come as far as `line`, and kills it there, in the middle of its transaction. */
  const killAt = async (lock: string, values: unknown[]) => {
    const holder = await admin().pool.connect();
    try {
      await holder.query("BEGIN");
      await holder.query("SET LOCAL session_replication_role = replica"); // without the foreign key's lock of the import itself
      await holder.query(lock, values);
      worker = startWorker();
      await blocked();
      worker.kill("SIGKILL");
      expect((await worker.ended).end).toBe("SIGKILL");
      await holder.query("ROLLBACK");
    } finally {
      holder.release();
    }
    await expect
      .poll(
        async () =>
          (
            await sql(
              "SELECT count(*)::int AS n FROM pg_stat_activity WHERE usename = 'countersign_app' AND datname = current_database() AND application_name = 'countersign' AND state <> 'idle'",
            )
          )[0].n,
      )
      .toBe(0);
    await imports.lapse(id);
  };

  // The third batch of rows waits for its first line, which somebody else is about to insert.
  await killAt("INSERT INTO import_rows (tenant_id, import_id, line, problems) VALUES ($1, $2, 2002, '[]')", [
    world.tenantId,
    id,
  ]);
  expect(await imports.row(id)).toMatchObject({ state: "STAGING", total: 2000 });
  worker = startWorker();
  await expect
    .poll(() => imports.row(id), { timeout: 60_000 })
    .toMatchObject({ state: "CHECKED", total: 4000, bad: 0 });
  worker.kill("SIGTERM");
  expect((await worker.ended).end).toBe(0);

  await startImport(ada, { id, version: (await getImport(ada, { id })).version });
  // The second batch has its approvals made when it waits for the lock of a row that it is about to remove.
  await killAt("SELECT FROM import_rows WHERE import_id = $1 AND line = 1500 FOR UPDATE", [id]);
  expect(await imports.row(id)).toMatchObject({ state: "STAGED", submitted: 1000 });
  expect((await brought(id)).length).toBe(1000);
  worker = startWorker();
  await expect.poll(() => imports.row(id), { timeout: 60_000 }).toMatchObject({ state: "SUBMITTED" });
  expect(await imports.row(id)).toMatchObject({ submitted: 4000, known: 0, bad: 0 });
  const made = await brought(id);
  expect([made.length, new Set(made.map((a) => a.title)).size]).toEqual([4000, 4000]);
  expect(await imports.count("import_chunks", world.tenantId, `import_id = '${id}'`)).toBe(0);
});

test("after all of it, every version has its one event and its one CHANGE row (U1, O1, A13)", async () => {
  expect(await recordFlaws(admin().pool)).toEqual([]);
});
