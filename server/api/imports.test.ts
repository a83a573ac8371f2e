import { beforeAll, describe, expect, test } from "vitest";
import { listAssignments } from "#server/domain/access/queries.ts";
import { revokeRole } from "#server/domain/access/revoke-role.ts";
import { CHUNK_BYTES, UPLOAD_BYTES_MAX } from "#server/domain/imports/rules.ts";
import { runImport } from "#server/domain/imports/run-import.ts";
import { listSessions } from "#server/domain/sessions/queries.ts";
import { revokeSessions } from "#server/domain/sessions/revoke-sessions.ts";
import type { Account, Browser, Said } from "#server/testing/http.ts";
import { makeAccount, problem, Browser as Stranger, send, signedIn } from "#server/testing/http.ts";
import { HEADER, MAP, numbered } from "#server/testing/imports.ts";
import type { World } from "#server/testing/world.ts";
import { bindTestDatabase, makeTenant } from "#server/testing/world.ts";

const { admin } = bindTestDatabase();
const SITE = "http://localhost:3000";
let world: World;
let account: Account;
let ada: Browser;

beforeAll(async () => {
  world = await makeTenant();
  account = await makeAccount(world, "administrator");
  ada = await signedIn(account);
});

async function endAll(person: string): Promise<void> {
  const { items } = await listSessions(await world.system(), { filter: { person } });
  await revokeSessions(await world.system(), { ids: items.map(({ id }) => id) });
}
async function takeRoles(personId: string): Promise<void> {
  const { items } = await listAssignments(await world.system(), { personId });
  for (const { id } of items) await revokeRole(await world.system(), { id });
}

const CSV = `${HEADER}\n${numbered(3).join("\n")}\n`;
type Sent = { headers?: Record<string, string>; name?: string };
const upload = (browser: Browser, body: unknown, { headers, name = "rows.csv" }: Sent = {}) =>
  browser.fetch(`/api/imports?name=${encodeURIComponent(name)}`, {
    method: "POST",
    headers: { "content-type": "text/csv", ...headers },
    body,
  });
const data = ({ status, body }: Said) => {
  expect([status, body.error]).toEqual([200, undefined]);
  return body.result.data;
};
/** A session as a header, for what is no JSON or comes as a stream. */
const cookies = (browser: Browser) => [...browser.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
const streamed = (browser: Browser, body: ReadableStream<Uint8Array>) =>
  send(
    new Request(`${SITE}/api/imports?name=a.csv`, {
      method: "POST",
      headers: { cookie: cookies(browser), "content-type": "text/csv", "sec-fetch-site": "same-origin" },
      body,
      duplex: "half",
    } as RequestInit),
  );

/** A file that is uploaded and checked by now. */
async function checked(browser: Browser, text: string): Promise<string> {
  const { id } = (await upload(browser, text)).body;
  data(await browser.mutate("imports.check", { id, version: 2, map: MAP }));
  await runImport(world.tenantId, id, { aborted: false });
  return id;
}

describe("an upload", () => {
  test("answers 201 with the import, under the name of the file without its folders", async () => {
    const said = await upload(ada, CSV, {
      name: "C:\\Users\\ada\\ré quests.csv",
      headers: { "x-request-id": "req-9" },
    });
    expect(said).toMatchObject({ status: 201, body: { id: expect.any(String) } });
    expect([said.headers.get("x-request-id"), said.headers.get("cache-control")]).toEqual(["req-9", "no-store"]);
    const got = data(await ada.query("imports.get", { id: said.body.id }));
    expect(got).toMatchObject({ fileName: "ré quests.csv", state: "DRAFT", bytes: Buffer.byteLength(CSV), mine: true });
  });

  test.each([
    ["401 auth.required", async () => upload(new Stranger(), CSV)],
    ["403 auth.foreign_origin", async (b: Browser) => upload(b, CSV, { headers: { "sec-fetch-site": "cross-site" } })],
    ["403 access.denied", async () => upload(await signedIn(await makeAccount(world, "decider")), CSV)],
    [
      "415 import.unsupported_type",
      async (b: Browser) => upload(b, CSV, { headers: { "content-type": "application/json" } }),
    ],
    [
      "415 import.unsupported_type",
      async (b: Browser) => upload(b, CSV, { headers: { "content-type": "multipart/form-data; boundary=x" } }),
    ],
    ["415 import.unsupported_type", async (b: Browser) => upload(b, CSV, { headers: { "content-encoding": "gzip" } })],
    [
      "413 import.too_large",
      async (b: Browser) => upload(b, CSV, { headers: { "content-length": `${UPLOAD_BYTES_MAX + 1}` } }),
    ],
    ["422 import.empty", async (b: Browser) => upload(b, undefined)],
    ["422 import.no_rows", async (b: Browser) => upload(b, HEADER)],
    ["422 import.encoding", async (b: Browser) => upload(b, Buffer.from(`\ufeff${CSV}`, "utf16le"))],
    [
      "422 import.not_csv",
      async (b: Browser) => upload(b, Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])),
    ],
    ["422 import.too_many_columns", async (b: Browser) => upload(b, `${",".repeat(1999)}\n1\n`)],
    ["422 import.repeated_columns", async (b: Browser) => upload(b, "a,a\n1,2\n")],
  ] as const)("is refused: %s", async (expected, call) => {
    const said = await call(await signedIn(await makeAccount(world, "administrator")));
    expect(problem(said)).toBe(expected);
    if (said.status === 413) expect(said.headers.get("connection")).toBe("close");
  });

  test("that says nothing of its length is refused at its limit, long before it would end", async () => {
    const browser = await signedIn(await makeAccount(world, "administrator"));
    let pulled = 0;
    const body = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        pulled++;
        controller.enqueue(Buffer.alloc(1_000_000, "x,"));
      },
    });
    const said = await streamed(browser, body);
    expect([said.status, (await said.json()).code]).toEqual([413, "import.too_large"]);
    expect(pulled).toBeLessThan(60);
  });

  test("that breaks off is 400 and leaves nothing", async () => {
    const browser = await signedIn(await makeAccount(world, "administrator"));
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        controller.enqueue(Buffer.from(CSV));
        controller.error(new Error("gone"));
      },
    });
    const said = await streamed(browser, body);
    expect([said.status, (await said.json()).code]).toEqual([400, "request.malformed"]);
    const { items } = data(await browser.query("imports.list", {}));
    expect(items.filter((i: { mine: boolean }) => i.mine)).toEqual([]);
  });

  test.each([
    ["401 auth.required", "ends their session", (personId: string) => endAll(personId)],
    ["403 access.denied", "takes their role", (personId: string) => takeRoles(personId)],
  ])("is %s when somebody %s while it arrives (R4, S4), and is never a draft", async (expected, _, change) => {
    const browser = await signedIn(await makeAccount(world, "administrator"));
    const personId = data(await browser.query("access.whoAmI", {})).person.id as string;
    let sent = 0;
    const body = new ReadableStream<Uint8Array>({
      pull: async (controller) => {
        if (++sent === 3) await change(personId);
        if (sent > 9) controller.close();
        else controller.enqueue(Buffer.alloc(CHUNK_BYTES, `${HEADER}\n`));
      },
    });
    const said = await streamed(browser, body);
    expect(`${said.status} ${(await said.json()).code}`).toBe(expected);
    expect(sent).toBeLessThan(9);
    const kept = await admin().pool.query("SELECT state FROM imports WHERE person_id = $1 AND state = 'DRAFT'", [
      personId,
    ]);
    expect(kept.rows).toEqual([]);
  });

  test("beyond ten a minute of one person is 429, over all of their sessions, and says when to come back", async () => {
    const person = await makeAccount(world, "administrator");
    const [one, two] = [await signedIn(person), await signedIn(person)];
    const said: string[] = [];
    for (let i = 0; i < 12; i++) said.push(problem(await upload(i % 2 ? one : two, HEADER)));
    expect(said).toEqual([...Array(10).fill("422 import.no_rows"), ...Array(2).fill("429 request.rate_limited")]);
    const late = await upload(one, CSV);
    expect(Number(late.headers.get("retry-after"))).toBeGreaterThan(0);
  });
});

describe("over tRPC", () => {
  test("a file is mapped, previewed, checked, started and listed", async () => {
    const browser = await signedIn(await makeAccount(world, "administrator"));
    const { id } = (await upload(browser, `${CSV}CA,imported,,1,\n`)).body;
    expect(data(await browser.query("imports.columns", { id }))).toMatchObject({ guess: { fields: MAP.fields } });
    const { rows } = data(await browser.mutate("imports.preview", { id, map: MAP }));
    expect(rows.map((r: { problems: unknown[] }) => r.problems.length)).toEqual([0, 0, 0, 1]);
    data(await browser.mutate("imports.check", { id, version: 2, map: MAP }));
    await runImport(world.tenantId, id, { aborted: false });
    const { version } = data(await browser.query("imports.get", { id }));
    data(await browser.mutate("imports.start", { id, version }));
    await runImport(world.tenantId, id, { aborted: false });
    const { items } = data(await browser.query("imports.list", { limit: 1 }));
    expect(items).toMatchObject([{ id, state: "SUBMITTED", total: 4, bad: 1, submitted: 3 }]);
    const problems = data(await browser.query("imports.problems", { id }));
    expect(problems).toEqual({ items: [{ line: 5, problems: [{ field: "title", code: "blank" }] }], next: null });
  });

  test("bad rows come in pages, each row once", async () => {
    const browser = await signedIn(await makeAccount(world, "administrator"));
    const id = await checked(browser, `${HEADER}\n${numbered(250, "XX").join("\n")}\n`);
    const lines: number[] = [];
    for (let after: number | null = 0; after !== null; ) {
      const page: { items: { line: number }[]; next: number | null } = data(
        await browser.query("imports.problems", { id, after, limit: 100 }),
      );
      lines.push(...page.items.map((row) => row.line));
      after = page.next;
    }
    expect(lines).toEqual(Array.from({ length: 250 }, (_, i) => i + 2));
    expect((await browser.query("imports.problems", { id, limit: 201 })).status).toBe(400);
  });
});

describe("the report of bad rows", () => {
  const download = (browser: Browser, id: string) =>
    send(new Request(`${SITE}/api/imports/${id}/problems`, { headers: { cookie: cookies(browser) } }));

  test("is CSV with line, field and reason, in the reader's language, and nothing in it is a formula", async () => {
    const browser = await signedIn(await makeAccount(world, "administrator"));
    const map = { fields: { ...MAP.fields, payload: { "=1+1": { column: "amount", as: "boolean" } } } };
    const { id } = (await upload(browser, `${HEADER}\n=HYPERLINK(1),imported,"x",1,\n`)).body;
    data(await browser.mutate("imports.check", { id, version: 2, map }));
    await runImport(world.tenantId, id, { aborted: false });
    data(await browser.mutate("profile.update", { name: "Ada", language: "es", timeZone: null }));
    const said = await download(browser, id);
    expect([said.status, said.headers.get("content-type"), said.headers.get("cache-control")]).toEqual([
      200,
      "text/csv; charset=utf-8",
      "no-store",
    ]);
    expect(said.headers.get("content-disposition")).toBe(
      `attachment; filename="import-${id.slice(0, 8)}-problems.csv"`,
    );
    const bytes = Buffer.from(await said.arrayBuffer());
    expect([...bytes.subarray(0, 3)]).toEqual([0xef, 0xbb, 0xbf]);
    const [header, ...lines] = bytes.subarray(3).toString().trimEnd().split("\r\n");
    expect(header).toBe('"line","field","problem"');
    expect(lines).toEqual(['2,"org","«=HYPERLINK(1)» no es una organización a la que usted pueda importar"']);
    for (const line of lines) for (const cell of line.split(",")) expect(cell).not.toMatch(/^"?[=+@\t\r-]/);
  });

  test("is nobody's who may not see the import, and counted as an export", async () => {
    const id = await checked(await signedIn(account), `${HEADER}\n${numbered(1, "XX")}\n`);
    const local = await signedIn(await makeAccount(world, "administrator", world.orgs.ny));
    expect((await download(local, id)).status).toBe(404);
    expect((await download(await signedIn(await makeAccount(world, "decider")), id)).status).toBe(403);
    expect((await download(new Stranger(), id)).status).toBe(401);
    const eve = await signedIn(await makeAccount(world, "administrator"));
    const statuses = [];
    for (let i = 0; i < 11; i++) statuses.push((await download(eve, id)).status);
    expect(statuses).toEqual([...Array(10).fill(200), 429]);
  });
});

test("nothing of a session narrowed to an organisation reaches beyond it", async () => {
  const browser = await signedIn(await makeAccount(world, "administrator"));
  data(await browser.mutate("sessions.narrow", { scopeId: world.orgs.ny }));
  const { id } = (await upload(browser, CSV)).body;
  const { rows } = data(await browser.mutate("imports.preview", { id, map: MAP }));
  expect(rows.map((r: { problems: { code: string }[] }) => r.problems[0]?.code)).toEqual(Array(3).fill("org_unknown"));
  const { organisations } = data(await browser.query("imports.columns", { id }));
  expect(organisations).toEqual([{ code: "NY", name: "New York" }]);
  const { rows: kept } = await admin().pool.query("SELECT within_id FROM imports WHERE id = $1", [id]);
  expect(kept).toEqual([{ within_id: world.orgs.ny }]);
});
