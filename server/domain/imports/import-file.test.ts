import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { createScopes } from "#server/domain/access/create-scopes.ts";
import type { Caller } from "#server/domain/caller.ts";
import type { ImportOptions } from "#server/domain/imports/import-file.ts";
import { importFile } from "#server/domain/imports/import-file.ts";
import { listProblems } from "#server/domain/imports/queries.ts";
import { importMap } from "#server/domain/imports/schema.ts";
import { stageRows } from "#server/domain/imports/stage-rows.ts";
import { submitRows } from "#server/domain/imports/submit-rows.ts";
import { codeOf, refused } from "#server/testing/refused.ts";
import { bindTestDatabase, makeTenant } from "#server/testing/world.ts";

const db = bindTestDatabase();

const HEADER = "org,type,title,amount,priority,email,due";
const FIELDS = {
  org: { column: "org" },
  type: { column: "type" },
  title: { column: "title" },
  amount: { column: "amount", scale: 2 },
  priority: { column: "priority", fallback: "NORMAL" },
  requesterEmail: { column: "email" },
  dueAt: { column: "due" },
};

async function* bytes(text: string) {
  yield Buffer.from(text);
}
const file = (...rows: string[]) => ({ name: "rows.csv", read: () => bytes(`${[HEADER, ...rows].join("\n")}\n`) });
const numbered = (n: number) => Array.from({ length: n }, (_, i) => `CA,expense,Row ${i + 1},${i}.50,,,`);

function run(
  caller: Caller,
  source: { name: string; read: () => AsyncIterable<Buffer> },
  options: ImportOptions & { fields?: object } = {},
) {
  return importFile(caller, source, importMap.parse({ fields: { ...FIELDS, ...options.fields } }), options);
}

async function rows<T extends object>(sql: string, tenantId: string): Promise<T[]> {
  return (await db.admin().pool.query<T>(sql, [tenantId])).rows;
}
const count = async (table: string, tenantId: string, where = "true") =>
  (await rows<{ n: number }>(`SELECT count(*)::int AS n FROM ${table} WHERE tenant_id = $1 AND ${where}`, tenantId))[0]
    ?.n;
const problemsOf = async (caller: Caller, importId: string) => (await listProblems(caller, { id: importId })).items;

describe("an imported row", () => {
  it("becomes a pending approval of the program, with what the map says", async () => {
    const world = await makeTenant();
    const member = await world.person("reader");
    const [{ email }] = (await db.admin().pool.query("SELECT email FROM people WHERE id = $1", [member.personId])).rows;
    const source = file(`NY,expense,"=Taxi, ""late""",90071992547409.93,URGENT, ${email.toUpperCase()} ,2026-03-01`);
    expect(await run(await world.system(), source)).toMatchObject({ outcome: "SUBMITTED", total: 1, submitted: 1 });
    const [made] = await rows("SELECT * FROM approvals WHERE tenant_id = $1", world.tenantId);
    expect(made).toMatchObject({
      org_id: world.orgs.ny,
      type: "expense",
      title: '=Taxi, "late"',
      amount: "9007199254740993",
      priority: "URGENT",
      state: "PENDING",
      requester_id: member.personId,
      submitter_person_id: null,
      submitter_client_id: null,
      due_at: new Date("2026-03-01T00:00:00Z"),
    });
  });

  it("is known by the SHA-256 of its RFC 8785 text and its occurrence", async () => {
    const world = await makeTenant();
    const source = { name: "r.csv", read: () => bytes("org,title\nCA,é\nCA,é\n") };
    const map = importMap.parse({
      fields: { org: { column: "org" }, type: { constant: "t" }, title: { column: "title" } },
    });
    await importFile(await world.system(), source, map);
    const found = await rows<{ import_key: string }>(
      "SELECT import_key FROM approvals WHERE tenant_id = $1 ORDER BY import_key",
      world.tenantId,
    );
    const hash = createHash("sha256").update('{"org":"CA","title":"é"}').digest("hex");
    expect(found.map((r) => r.import_key)).toEqual([`${hash}-1`, `${hash}-2`]);
  });

  it("has its audit row and its event, and so has the import at each step (U1, O1)", async () => {
    const world = await makeTenant();
    await run(await world.system(), file(...numbered(2100)));
    expect(await count("approvals", world.tenantId)).toBe(2100);
    expect(await count("audit_logs", world.tenantId, "action = 'approval.submitted'")).toBe(2100);
    expect(await count("outbox_events", world.tenantId, "event_type = 'ApprovalCreated'")).toBe(2100);
    const steps = await rows<{ action: string }>(
      "SELECT action FROM audit_logs WHERE tenant_id = $1 AND target_type = 'import' ORDER BY id",
      world.tenantId,
    );
    expect(steps.map((s) => s.action)).toEqual(["import.begun", "import.staged", "import.submitted"]);
  });
});

describe("a second import", () => {
  it("of the same file adds nothing", async () => {
    const world = await makeTenant();
    const caller = await world.system();
    await run(caller, file(...numbered(3)));
    expect(await run(caller, file(...numbered(3)))).toMatchObject({ outcome: "REPEATED", submitted: 0, known: 3 });
    expect(await count("approvals", world.tenantId)).toBe(3);
  });

  it("of the same rows in another file or with another map adds only what is new", async () => {
    const world = await makeTenant();
    const caller = await world.system();
    await run(caller, file(...numbered(3)));
    expect(await run(caller, file("CA,expense,New,1,,,", ...numbered(3)))).toMatchObject({ submitted: 1, known: 3 });
    const other = { fields: { summary: { column: "title" } } };
    expect(await run(caller, file(...numbered(3)), other)).toMatchObject({
      outcome: "SUBMITTED",
      submitted: 0,
      known: 3,
    });
  });

  it("keeps real duplicates, and adds one that came since", async () => {
    const world = await makeTenant();
    const caller = await world.system();
    const coffee = "CA,expense,Coffee,3.20,,,";
    expect(await run(caller, file(coffee, "NY,expense,Tea,2.80,,,", coffee, coffee))).toMatchObject({
      submitted: 4,
      known: 0,
    });
    expect(await run(caller, file(coffee, coffee, coffee, coffee))).toMatchObject({ submitted: 1, known: 3 });
    expect(await count("approvals", world.tenantId, "title = 'Coffee'")).toBe(4);
  });

  it("at the same time as the first leaves every row submitted once", async () => {
    const world = await makeTenant();
    const caller = await world.system();
    const source = file(...numbered(4000));
    await Promise.allSettled([run(caller, source), run(caller, source), run(caller, source)]);
    await run(caller, source);
    expect(await count("approvals", world.tenantId)).toBe(4000);
    expect(await count("imports", world.tenantId, "state = 'SUBMITTED' AND submitted + known = 4000")).toBe(1);
  });
});

describe("an import that stopped half-way", () => {
  const stopAt = (step: "staged" | "submitted") => ({
    onProgress: (now: { step: string }) => {
      if (now.step === step) throw new Error("stopped");
    },
  });

  it("goes on where it stopped, though two processes take it up at once", async () => {
    const world = await makeTenant();
    const caller = await world.system();
    const source = file(...numbered(6000));
    await expect(run(caller, source, stopAt("submitted"))).rejects.toThrow("stopped");
    expect(await count("approvals", world.tenantId)).toBe(1000);
    await Promise.allSettled([run(caller, source), run(caller, source)]);
    expect(await count("approvals", world.tenantId)).toBe(6000);
    expect(await count("imports", world.tenantId, "state = 'SUBMITTED' AND submitted = 6000 AND known = 0")).toBe(1);
  });

  it("stages anew under another id, and the one who may still be staging is told", async () => {
    const world = await makeTenant();
    const caller = await world.system();
    const source = file(...numbered(2500));
    await expect(run(caller, source, stopAt("staged"))).rejects.toThrow("stopped");
    const [{ id: importId } = { id: "" }] = await rows<{ id: string }>(
      "SELECT id FROM imports WHERE tenant_id = $1",
      world.tenantId,
    );
    expect(await run(caller, source)).toMatchObject({ total: 2500, submitted: 2500, known: 0 });
    const late = { importId, fence: 0, rows: [{ line: 9, key: "k", item: {}, problems: null }] };
    expect(await codeOf(stageRows(caller, late))).toBe("import.taken_over");
  });

  it("cannot be submitted where it was refused", async () => {
    const world = await makeTenant();
    const caller = await world.system();
    const { importId } = await run(caller, file("CA,expense,good,1,,,", "XX,expense,bad,1,,,"));
    const next = { importId, fence: 0, afterLine: 0, size: 10 };
    expect(await codeOf(submitRows(caller, next))).toBe("import.taken_over");
    expect(await count("import_rows", world.tenantId)).toBe(1);
  });
});

describe("a bad row", () => {
  it("keeps every row of its file from being submitted, and is named with line and reason", async () => {
    const world = await makeTenant();
    const caller = await world.system();
    const bad = ["XX,expense,a,1,,,", "CA,expense,,1,,,", "CA,expense,c,1.005,LATER,nobody@example.test,soon"];
    const result = await run(caller, file("CA,expense,good,1,,,", ...bad));
    expect(result).toMatchObject({ outcome: "REFUSED", total: 4, bad: 3, submitted: 0 });
    expect(await count("approvals", world.tenantId)).toBe(0);
    const told = await problemsOf(caller, result.importId);
    expect(told.map(({ line, problems }) => [line, problems.map((p) => p.field).sort()])).toEqual([
      [3, ["org"]],
      [4, ["title"]],
      [5, ["amount", "dueAt", "priority", "requesterEmail"]],
    ]);
    expect(told[0]?.problems).toEqual([{ field: "org", code: "org_unknown", facts: { value: "XX" } }]);
    expect(told[2]?.problems).toEqual(
      expect.arrayContaining([
        { field: "amount", code: "too_precise", facts: { value: "1.005", scale: 2 } },
        { field: "priority", code: "priority_unknown", facts: { value: "LATER" } },
        { field: "requesterEmail", code: "requester_unknown", facts: { value: "nobody@example.test" } },
        { field: "dueAt", code: "not_date", facts: { value: "soon" } },
      ]),
    );
  });

  it("is left out when it may be, and the good ones are submitted", async () => {
    const world = await makeTenant();
    const caller = await world.system();
    const source = file("CA,expense,one,1,,,", "CA,expense,two,1.234,,,", "CA,expense,three,3,,,");
    const result = await run(caller, source, { skipBad: true });
    expect(result).toMatchObject({ outcome: "SUBMITTED", total: 3, bad: 1, submitted: 2 });
    expect((await problemsOf(caller, result.importId)).map((r) => r.line)).toEqual([3]);
    expect(await count("import_rows", world.tenantId, "problems IS NULL")).toBe(0);
  });

  it("that is good by now is submitted when the same file is imported again", async () => {
    const world = await makeTenant();
    const source = file("CA,expense,one,1,,,", "TX,expense,two,2,,,");
    expect(await run(await world.system(), source, { skipBad: true })).toMatchObject({ submitted: 1, bad: 1 });
    await createScopes(await world.system(), {
      parentId: world.rootId,
      kind: "ORG",
      items: [{ code: "TX", name: "Texas" }],
    });
    expect(await run(await world.system(), source)).toMatchObject({
      outcome: "SUBMITTED",
      submitted: 1,
      known: 1,
      bad: 0,
    });
  });

  it("is one whose key another line has, where the map names the key", async () => {
    const world = await makeTenant();
    const caller = await world.system();
    const fields = { importKey: { column: "title" } };
    const source = file("CA,expense,k1,1,,,", "CA,expense,k2,1,,,", "CA,expense,k1,2,,,");
    const result = await run(caller, source, { fields });
    expect(result).toMatchObject({ outcome: "REFUSED", bad: 1 });
    expect(await problemsOf(caller, result.importId)).toEqual([
      { line: 4, problems: [{ field: "importKey", code: "repeated_key", facts: { line: 2 } }] },
    ]);
    expect(await run(caller, source, { fields, skipBad: true })).toMatchObject({ submitted: 2 });
    expect(await count("approvals", world.tenantId, "import_key IN ('k1', 'k2') AND amount = 100")).toBe(2);
  });

  it("is one whose organisation belongs to another tenant", async () => {
    const [world, other] = [await makeTenant(), await makeTenant()];
    await createScopes(await other.system(), {
      parentId: other.rootId,
      kind: "ORG",
      items: [{ code: "ZZ", name: "Elsewhere" }],
    });
    expect(await run(await world.system(), file("ZZ,expense,x,1,,,"))).toMatchObject({ outcome: "REFUSED" });
  });
});

describe("a file", () => {
  it.each([
    ["org,type,title,amount,priority,email", "import.missing_columns", '"due"'],
    [`${HEADER},title`, "import.repeated_columns", '"title"'],
  ])("whose header does not fit is refused before anything is written (%s)", async (header, code, columns) => {
    const world = await makeTenant();
    const source = { name: "x.csv", read: () => bytes(`${header}\n`) };
    expect(await refused(run(await world.system(), source))).toEqual({ code, facts: { columns } });
    expect(await count("imports", world.tenantId)).toBe(0);
  });

  it("that stops being CSV half-way is refused as a whole, even where bad rows may be skipped", async () => {
    const world = await makeTenant();
    const source = file(...numbered(2500), 'CA,expense,"open,1,,,');
    expect(await refused(run(await world.system(), source, { skipBad: true }))).toEqual({
      code: "import.not_csv",
      facts: { line: 2502, flaw: "open_quote" },
    });
    expect(await count("approvals", world.tenantId)).toBe(0);
    expect(await run(await world.system(), file(...numbered(2500)))).toMatchObject({ submitted: 2500 });
  });

  it("that changes while it is read is refused", async () => {
    const world = await makeTenant();
    let opened = 0;
    const source = { name: "x.csv", read: () => bytes(`${HEADER}\nCA,expense,reading ${++opened},1,,,\n`) };
    expect(await codeOf(run(await world.system(), source))).toBe("import.file_changed");
    expect(await count("approvals", world.tenantId)).toBe(0);
  });

  it("is imported by nobody who may not import", async () => {
    const world = await makeTenant();
    expect(await codeOf(run(await world.person("decider"), file(...numbered(1))))).toBe("access.denied");
  });
});
