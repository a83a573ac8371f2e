import { spawn } from "node:child_process";
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { LONG } from "#server/testing/long.ts";
import type { World } from "#server/testing/world.ts";
import { bindTestDatabase, makeTenant } from "#server/testing/world.ts";

const PROGRAM = fileURLToPath(new URL("./import.ts", import.meta.url));
const MAP = {
  fields: {
    org: { column: "org" },
    type: { constant: "expense" },
    title: { column: "title" },
    amount: { column: "amount", scale: 2 },
    payload: { note: { column: "note" } },
  },
};

const db = bindTestDatabase();
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "countersign-import-"));
  await writeFile(join(folder, "map.json"), JSON.stringify(MAP));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

interface Run {
  readonly ended: Promise<{ end: number | string; said: string }>;
  kill(): void;
}

function start(args: readonly string[], flags: readonly string[] = []): Run {
  const node = [
    "--disable-warning=ExperimentalWarning",
    "--import=./scripts/server-only.mjs",
    ...flags,
    PROGRAM,
    ...args,
  ];
  const { appUrl, workerUrl } = db.urls();
  const env = {
    ...process.env,
    NODE_OPTIONS: "",
    INIT_CWD: folder,
    DATABASE_APP_URL: appUrl,
    DATABASE_WORKER_URL: workerUrl,
  };
  const child = spawn(process.execPath, node, { env, stdio: ["ignore", "ignore", "pipe"] });
  let said = "";
  child.stderr.on("data", (chunk) => {
    said += chunk;
  });
  const ended = once(child, "close").then(([code, signal]) => ({ end: (code ?? signal) as number | string, said }));
  return { ended, kill: () => void child.kill("SIGKILL") };
}

const importing = (file: string, { code }: World, ...more: string[]) => [
  file,
  "--tenant",
  code,
  "--map",
  "map.json",
  ...more,
];

async function write(name: string, rows: Iterable<string>): Promise<void> {
  async function* lines() {
    yield "org,title,amount,note\n";
    for (const row of rows) yield `${row}\n`;
  }
  await pipeline(lines(), createWriteStream(join(folder, name)));
}

async function one(sql: string, tenantId: string): Promise<number> {
  const { rows } = await db.admin().pool.query(`SELECT (${sql})::int AS n`, [tenantId]);
  return rows[0].n;
}
const approvals = ({ tenantId }: World) => one("SELECT count(*) FROM approvals WHERE tenant_id = $1", tenantId);
const staged = ({ tenantId }: World) => one("SELECT count(*) FROM import_rows WHERE tenant_id = $1", tenantId);
const submitted = ({ tenantId }: World) =>
  one("SELECT coalesce(sum(submitted), 0) FROM imports WHERE tenant_id = $1", tenantId);

async function killWhen(run: Run, condition: () => Promise<boolean>): Promise<void> {
  await expect.poll(condition, { timeout: 30_000, interval: 5 }).toBe(true);
  run.kill();
  expect((await run.ended).end).toBe("SIGKILL");
}

async function expectEachOnce(world: World, rows: number): Promise<void> {
  expect(await approvals(world)).toBe(rows);
  expect(await one("SELECT count(DISTINCT import_key) FROM approvals WHERE tenant_id = $1", world.tenantId)).toBe(rows);
  for (const table of [
    "audit_logs WHERE action = 'approval.submitted'",
    "outbox_events WHERE event_type = 'ApprovalCreated'",
  ])
    expect(await one(`SELECT count(*) FROM ${table} AND tenant_id = $1`, world.tenantId)).toBe(rows);
  expect(await staged(world)).toBe(0);
}

describe("an import that is killed", () => {
  it("while it stages and while it submits goes on where it stopped, and every row is submitted once", async () => {
    const world = await makeTenant();
    await write(
      "killed.csv",
      Array.from({ length: 8000 }, (_, i) => `CA,Row ${i % 7990},${i % 7990}.25,`),
    );
    await killWhen(start(importing("killed.csv", world)), async () => (await staged(world)) >= 1000);
    expect(await approvals(world)).toBe(0);
    for (const least of [1000, 4000]) {
      await killWhen(start(importing("killed.csv", world)), async () => (await submitted(world)) >= least);
      expect(await approvals(world)).toBe(await submitted(world));
    }
    expect(await start(importing("killed.csv", world)).ended).toMatchObject({
      end: 0,
      said: expect.stringContaining("8,000 approvals submitted"),
    });
    await expectEachOnce(world, 8000);
    expect((await start(importing("killed.csv", world)).ended).said).toContain("nothing was added");
  }, 60_000);

  it("at any moment goes on", async () => {
    const [rows, step, least] = LONG ? [20_000, 97, 10] : [2000, 500, 1];
    const world = await makeTenant();
    await write(
      "moments.csv",
      Array.from({ length: rows }, (_, i) => `CA,Row ${i % 1900},${i}.00,`),
    );
    let kills = 0;
    for (let delay = 300; ; delay += step) {
      const run = start(importing("moments.csv", world));
      const timer = setTimeout(run.kill, delay);
      const { end } = await run.ended;
      clearTimeout(timer);
      expect(await approvals(world)).toBe(await submitted(world));
      if (end === 0) break;
      kills++;
    }
    expect(kills).toBeGreaterThanOrEqual(least);
    await expectEachOnce(world, rows);
  });
});

describe("the command", () => {
  it("ends with 1, names lines and reasons, and writes them to a report when a row is bad", async () => {
    const world = await makeTenant();
    await write("bad.csv", [
      "CA,fine,1,",
      'CA,"two\nlines",1.001,',
      "XX,elsewhere,1,",
      ...Array.from({ length: 30 }, () => "CA,,1,"),
    ]);
    const { end, said } = await start(importing("bad.csv", world)).ended;
    expect([end, await approvals(world)]).toEqual([1, 0]);
    expect(said).toContain('line 3: amount "1.001" has more than 2 decimal places\n');
    expect(said).toContain('line 5: org "XX" is no organisation to which you may import\n');
    expect(said).toContain("… 12 more");
    expect(said).toContain("Nothing was submitted: 32 of 33 rows are bad.");
    const report = (await readFile(join(folder, "bad.csv.problems.csv"), "utf8")).trimEnd().split("\r\n");
    expect(report).toHaveLength(33);
    expect(report.slice(0, 2)).toEqual([
      '"line","field","problem"',
      '3,"amount","""1.001"" has more than 2 decimal places"',
    ]);
  });

  it("ends with 0 and says what it left out when bad rows are to be skipped", async () => {
    const world = await makeTenant();
    await write("skip.csv", ["CA,fine,1,", "XX,elsewhere,1,"]);
    const { end, said } = await start(importing("skip.csv", world, "--skip-bad", "--report", "left-out.csv")).ended;
    expect([end, await approvals(world)]).toEqual([0, 1]);
    expect(said).toContain("1 approvals submitted, 0 rows known from before, 1 bad rows left out.");
    expect(await readFile(join(folder, "left-out.csv"), "utf8")).toContain("3,");
  });

  it.each([
    [["none.csv", "--tenant", "TENANT", "--map", "map.json"], "none.csv is not there."],
    [[".", "--tenant", "TENANT", "--map", "map.json"], "is a folder."],
    [["map.json", "--tenant", "TENANT", "--map", "map.json"], "The row that begins on line 1 is not CSV"],
    [["some.csv", "--tenant", "nobody", "--map", "map.json"], 'There is no tenant "nobody".'],
    [["some.csv", "--tenant", "TENANT", "--map", "some.csv"], "some.csv is not JSON"],
    [["some.csv", "--tenant", "TENANT", "--map", "bad-map.json"], "bad-map.json is not an import map"],
    [["some.csv", "--tenant", "TENANT"], "npm run import --"],
    [["some.csv", "--tenant", "TENANT", "--map", "map.json", "--skipbad"], "npm run import --"],
  ])("says plainly what is wrong with its arguments (%#)", async (args, sentence) => {
    const { code } = await makeTenant();
    await write("some.csv", ["CA,x,1,"]);
    await writeFile(join(folder, "bad-map.json"), '{"fields":{}}');
    const { end, said } = await start(args.map((a) => (a === "TENANT" ? code : a))).ended;
    expect(end).toBe(1);
    expect(said).toContain(sentence);
    expect(said).not.toMatch(/\n {4}at /);
  });

  it.each([
    ["short", LONG ? 100 : 2, 960],
    ["long", LONG ? 100 : 10, 30_000],
  ])(
    "imports a file of %s rows, %i MB, in a heap of 96 MB",
    async (_, megabytes, length) => {
      const world = await makeTenant();
      const rows = Math.ceil((megabytes * 1e6) / (length + 40));
      const note = "=x".repeat(length / 2);
      await write(
        "large.csv",
        Array.from({ length: rows }, (_, i) => `CA,"Row ${i},\nin two lines",${i}.50,${note}`),
      );
      const { end, said } = await start(importing("large.csv", world), ["--max-old-space-size=96"]).ended;
      expect(said).toContain(`${rows.toLocaleString("en")} approvals submitted`);
      expect([end, await approvals(world)]).toEqual([0, rows]);
    },
    LONG ? 900_000 : 60_000,
  );
});
