import { beforeAll, describe, expect, test } from "vitest";
import { approvalDetailShape, approvalShape, pageShape, setResultShape } from "#server/domain/approvals/schema.ts";
import { runBulk } from "#server/domain/bulks/run-bulk.ts";
import { bulkShape } from "#server/domain/bulks/schema.ts";
import { uuidv7 } from "#server/domain/ids.ts";
import type { Said } from "#server/testing/http.ts";
import { core, problem } from "#server/testing/http.ts";
import { tableHashes } from "#server/testing/record.ts";
import type { World } from "#server/testing/world.ts";
import { bindTestDatabase, makeTenant } from "#server/testing/world.ts";

const { admin } = bindTestDatabase();
let world: World;
let ca: ReturnType<typeof core>;
let ny: ReturnType<typeof core>;

beforeAll(async () => {
  world = await makeTenant();
  await world.policy("pair", [{ name: "Pair", permission: "approvals:decide", needed: 2 }]);
  ca = core(world.code, "CA");
  ny = core(world.code, world.orgs.ny);
});

const newest = { type: "travel", title: "To Oslo" };
const decide = (id: string, body: object = {}, call = ca, headers = {}) =>
  call(`/approvals/${id}/decision`, { body: { decision: "APPROVE", ...body }, headers });

describe("reading", () => {
  let all: string[];
  beforeAll(async () => {
    all = [...(await world.approvals(7, { type: "list-a" })), ...(await world.approvals(5, { type: "list-b" }))];
    await world.approvals(3, { type: "list-a", orgId: world.orgs.ny });
    await decide(all[0] as string);
  });
  const ids = (said: Said): string[] => said.body.items.map((i: { id: string }) => i.id);

  test("a list has the shape of the contract and no other key", async () => {
    const { status, headers, body } = await ca("/approvals?type=list-a");
    expect([status, headers.get("content-type")]).toEqual([200, "application/json"]);
    expect(pageShape.parse(body)).toStrictEqual(body);
    expect(body).toMatchObject({ total: 7, totalIsExact: true, nextCursor: null });
  });

  test.each([
    ["type=list-a&type=list-b", 12],
    ["type=list-a,list-b", 12],
    ["type=list-a&state=PENDING", 6],
    ["type=list-a,list-b&state=PENDING&state=APPROVED", 12],
    ["type=list-b&priority=HIGH,LOW", 0],
    ["type=list-a&q=request 3", 1],
    ["type=list-a&q=%25", 0],
    ["type=list-a&total=exact", 7],
  ])("%s finds %i", async (query, n) => {
    expect((await ca(`/approvals?${query}`)).body.total).toBe(n);
  });

  test.each([
    "limit=0",
    "limit=201",
    "limit=1.5",
    "limit=",
    "state=OPEN",
    "priority=high",
    "total=all",
    "filter=x",
    "cursor=%00",
    "sort=title",
    "unknown=1",
  ])("%s is 400", async (query) => {
    expect((await ca(`/approvals?${query}`)).status).toBe(400);
  });

  test("the cursor leads through every row once, in order", async () => {
    const seen: string[] = [];
    for (let cursor: string | null = ""; cursor !== null; ) {
      const said: Said = await ca(`/approvals?type=list-a,list-b&limit=5${cursor ? `&cursor=${cursor}` : ""}`);
      seen.push(...ids(said));
      cursor = said.body.nextCursor;
    }
    expect(seen.sort()).toEqual([...all].sort());
  });

  test("a cursor of another filter, sort or organisation is 400 cursor.mismatch", async () => {
    const { nextCursor } = (await ca("/approvals?type=list-a&limit=2")).body;
    expect(problem(await ca(`/approvals?type=list-b&cursor=${nextCursor}`))).toBe("400 cursor.mismatch");
    expect(problem(await ca(`/approvals?type=list-a&sort=amount&cursor=${nextCursor}`))).toBe("400 cursor.mismatch");
    expect(problem(await ny(`/approvals?type=list-a&cursor=${nextCursor}`))).toBe("400 cursor.mismatch");
    expect(problem(await ca("/approvals?cursor=nonsense"))).toBe("400 cursor.invalid");
  });

  test.each([
    ["created", "2026"],
    ["created", "+275760-09-13T00:00:00.000Z"],
    ["created", "0000-01-01T00:00:00.000Z"],
    ["created", "2026-13-41T00:00:00.000Z"],
    ["created", "2026-01-01T00:00:00.000Z\u0000"],
    ["created", null],
    ["amount", "9999999999999999999"],
    ["amount", "1.5"],
    ["priority", "99999"],
    ["priority", null],
  ])("a forged cursor is 400, whatever stands in it: by %s, %j", async (sort, value) => {
    const query = `/approvals?type=list-a&limit=2&sort=${sort}`;
    const [, id, print] = JSON.parse(Buffer.from((await ca(query)).body.nextCursor, "base64url").toString());
    const forged = (...parts: unknown[]) => Buffer.from(JSON.stringify(parts)).toString("base64url");
    expect(problem(await ca(`${query}&cursor=${forged(value, id, print)}`))).toBe("400 cursor.invalid");
    expect(problem(await ca(`${query}&cursor=${forged("1", "-".repeat(36), print)}`))).toBe("400 cursor.invalid");
  });

  test("the organisation narrows the list and the single read (R11)", async () => {
    expect((await ny("/approvals?type=list-a")).body.total).toBe(3);
    expect((await ca(`/approvals/${all[0]}`)).status).toBe(200);
    const outside = await ny(`/approvals/${all[0]}`);
    const unknown = await ny(`/approvals/${uuidv7()}`);
    expect(problem(outside)).toBe("404 approval.not_found");
    expect({ ...outside.body, requestId: "" }).toEqual({ ...unknown.body, requestId: "" });
  });

  test("one approval has the shape of the contract and no other key", async () => {
    const { body } = await ca(`/approvals/${all[0]}`);
    expect(approvalDetailShape.parse(body)).toStrictEqual(body);
    expect(body).toMatchObject({
      state: "APPROVED",
      stages: [{ index: 0, needed: 1, have: 1, state: "DONE" }],
      decisions: [{ decision: "APPROVE", by: { kind: "CLIENT" }, evidenceHash: body.evidenceHash }],
    });
  });
});

describe("writing", () => {
  test("POST answers 201 with the approval, in the organisation of the header", async () => {
    const payload = { nested: { list: [1, "two", null] } };
    const sent = {
      ...newest,
      summary: "s",
      priority: "HIGH",
      amount: "12345",
      payload,
      dueAt: "2027-01-01T00:00:00+02:00",
    };
    const { status, body } = await ny("/approvals", { body: sent });
    expect(status).toBe(201);
    expect(approvalShape.parse(body)).toStrictEqual(body);
    expect(body).toMatchObject({ ...sent, orgId: world.orgs.ny, dueAt: "2026-12-31T22:00:00.000Z", requester: null });
    expect((await ca(`/approvals/${body.id}`)).status).toBe(404);
  });

  test("an import key seen before answers 200 with the approval that it made", async () => {
    const sent = { ...newest, importKey: "row-1" };
    const first = await ca("/approvals", { body: sent });
    const second = await ca("/approvals", { body: { ...sent, title: "Another" } });
    expect([first.status, second.status]).toEqual([201, 200]);
    expect(second.body).toEqual(first.body);
  });

  test.each([
    ["a requester who is no member", { ...newest, requesterEmail: "nobody@example.test" }, "422 person.not_found"],
    ["an amount that is no integer", { ...newest, amount: "1.5" }, "400 input.invalid"],
    ["a NUL in a text", { ...newest, title: "a\u0000b" }, "400 input.invalid"],
    ["half a surrogate pair", { ...newest, title: "\ud800" }, "400 input.invalid"],
    ["a year that is none", { ...newest, dueAt: "0000-01-01T00:00:00Z" }, "400 input.invalid"],
    ["a year of five digits, by its offset", { ...newest, dueAt: "9999-12-31T23:59:59-12:00" }, "400 input.invalid"],
    [
      "a payload that would not be kept as sent",
      { ...newest, payload: JSON.parse('{"__proto__":{}}') },
      "400 input.invalid",
    ],
  ])("%s is refused", async (_, body, expected) => {
    const said = await ca("/approvals", { body });
    expect(problem(said)).toBe(expected);
    expect(said.body.errors.map((e: { path: string }) => e.path)).toEqual([Object.keys(body).at(-1)]);
  });

  test("access is asked for by no submission, with a key or without", async () => {
    const body = { ...newest, type: "access_grant" };
    expect(problem(await ca("/approvals", { body }))).toBe("422 approval.type_reserved");
    const headers = { "idempotency-key": "reserved" };
    for (const _ of [1, 2])
      expect(problem(await ca("/approvals", { body, headers }))).toBe("422 approval.type_reserved");
  });

  test("a decision answers 200 with the approval as it then stands", async () => {
    const [id] = await world.approvals(1);
    const { status, body } = await decide(id as string, { version: 1 });
    expect(status).toBe(200);
    expect(approvalShape.parse(body)).toStrictEqual(body);
    expect(body).toMatchObject({ id, state: "APPROVED", version: 2, stage: null });
  });

  test("what a decision is refused with keeps its code and status", async () => {
    const [id, pair] = [
      (await world.approvals(1))[0] as string,
      (await world.approvals(1, { type: "pair" }))[0] as string,
    ];
    const own = (await ca("/approvals", { body: newest })).body.id;
    expect(problem(await decide(id, { decision: "REJECT" }))).toBe("422 approval.reason_required");
    expect(problem(await decide(id, {}, ny))).toBe("404 approval.not_found");
    expect(problem(await decide(uuidv7()))).toBe("404 approval.not_found");
    expect(problem(await decide(own))).toBe("403 approval.own_request");
    expect(problem(await decide(id, { id }))).toBe("400 input.invalid");
    await decide(id);
    const again = await decide(id);
    expect(problem(again)).toBe("409 approval.already_decided");
    expect(again.body.detail).toContain("by: Core API");
    await decide(pair);
    expect(problem(await decide(pair))).toBe("409 approval.you_already_decided");
  });

  test("links go with a request and its next revision, a comment into its timeline; each answer is as described", async () => {
    const link = (title: string) => ({ title, url: `https://files.example.com/${title}` });
    const { id } = (await ca("/approvals", { body: { ...newest, attachments: [link("a"), link("b")] } })).body;
    const back = (await world.approvals(1, { type: "pair" }))[0] as string;
    await decide(back, { decision: "CHANGES_REQUESTED", comment: "more" });
    const sent = await ca(`/approvals/${back}/revisions`, {
      body: { title: "Corrected", attachments: [link("c")], version: 2 },
    });
    expect([sent.status, sent.body.revision, sent.body.title]).toEqual([201, 2, "Corrected"]);
    expect(problem(await ca(`/approvals/${back}/revisions`, { body: {} }))).toBe("409 approval.not_open");
    const said = await ca(`/approvals/${id}/comments`, { body: { comment: "Both are there." } });
    expect([said.status, said.body.by.kind]).toEqual([201, "CLIENT"]);
    const [first, second] = [(await ca(`/approvals/${id}`)).body, (await ca(`/approvals/${back}`)).body];
    expect(approvalDetailShape.parse(first)).toStrictEqual(first);
    expect(first).toMatchObject({
      attachments: [link("a"), link("b")],
      comments: [said.body],
      timeline: [
        { action: "approval.commented", facts: { comment: "Both are there." } },
        { action: "approval.submitted" },
      ],
    });
    expect(second.attachments).toMatchObject([link("c")]);
    expect(problem(await ny(`/approvals/${id}/comments`, { body: { comment: "x" } }))).toBe("404 approval.not_found");
    expect(problem(await ny(`/approvals/${back}/revisions`, { body: {} }))).toBe("404 approval.not_found");
  });

  test.each([
    "javascript:alert(1)",
    "data:text/html,x",
    "http://example.com",
    "https://user:secret@example.com",
    "https://example.com/\u202e",
    "",
    7,
  ])("a link to %j is refused where it stands", async (url) => {
    const body = {
      ...newest,
      attachments: [
        { title: "ok", url: "https://example.com" },
        { title: "x", url },
      ],
    };
    const said = await ca("/approvals", { body });
    expect(problem(said)).toBe("400 input.invalid");
    expect(said.body.errors.map((e: { path: string }) => e.path)).toEqual(["attachments.1.url"]);
  });

  test("a set answers one result per id, in input order; the four counts sum to the ids (A8)", async () => {
    const made = await world.approvals(3);
    const sent = [made[2], uuidv7(), made[0], made[2]] as string[];
    const { status, body } = await ca("/approvals/bulk/decision", { body: { ids: sent, decision: "APPROVE" } });
    expect(status).toBe(200);
    expect(setResultShape.parse(body)).toStrictEqual(body);
    expect(body).toMatchObject({ decided: 2, recorded: 0, refused: 2, failed: 0 });
    expect(body.results.map((r: { id: string }) => r.id)).toEqual(sent);
    expect(body.results.map((r: { code?: string }) => r.code)).toEqual([
      undefined,
      "approval.not_found",
      undefined,
      "approval.already_decided",
    ]);
  });

  test("a dry run predicts the same answer and writes nothing (A10)", async () => {
    const ids = await world.approvals(2);
    const body = { ids: [...ids, uuidv7()], decision: "APPROVE" };
    const before = await tableHashes(admin().pool);
    const tried = await ca("/approvals/bulk/decision", {
      body: { ...body, dryRun: true },
      headers: { "idempotency-key": "dry" },
    });
    expect(await tableHashes(admin().pool)).toEqual(before);
    expect(tried.body).toEqual((await ca("/approvals/bulk/decision", { body })).body);
  });

  test.each([
    ["no ids", { ids: [], decision: "APPROVE" }],
    ["1,001 ids", { ids: Array.from({ length: 1001 }, uuidv7), decision: "APPROVE" }],
    ["ids and a filter", { ids: [uuidv7()], filter: {}, decision: "APPROVE" }],
    ["a dry run of a filter", { filter: {}, decision: "APPROVE", dryRun: true }],
    ["neither", { decision: "APPROVE" }],
  ])("%s is 400", async (_, body) => {
    expect(problem(await ca("/approvals/bulk/decision", { body }))).toBe("400 input.invalid");
  });

  test("a filter starts a bulk over the organisation's rows; its address tells how far it is, only there", async () => {
    const mine = await world.approvals(4, { type: "by-filter" });
    const [theirs] = await world.approvals(1, { type: "by-filter", orgId: world.orgs.ny });
    const body = { filter: { type: ["by-filter"], state: ["PENDING"] }, decision: "REJECT", comment: "late" };
    const started = await ca("/approvals/bulk/decision", { body });
    expect([started.status, Object.keys(started.body)]).toEqual([202, ["bulkId"]]);
    const address = `/approvals/bulk/${started.body.bulkId}`;
    const running = await ca(address);
    expect(bulkShape.parse(running.body)).toStrictEqual(running.body);
    expect(running.body).toMatchObject({ state: "RUNNING", total: 4, decided: 0 });
    await runBulk(world.tenantId, started.body.bulkId, { aborted: false });
    expect((await ca(address)).body).toEqual({
      state: "DONE",
      total: 4,
      decided: 4,
      recorded: 0,
      refused: 0,
      failed: 0,
    });
    expect((await ca(`/approvals/${mine[0]}`)).body.state).toBe("REJECTED");
    expect((await ny(`/approvals/${theirs}`)).body.state).toBe("PENDING");
    expect(problem(await ny(address))).toBe("404 bulk.not_found");
  });
});

describe("Idempotency-Key", () => {
  const headers = { "idempotency-key": "once" };

  test("the same request again answers the same status and body, marked as replayed (I1)", async () => {
    const first = await ca("/approvals", { body: newest, headers });
    const again = await ca("/approvals", { body: newest, headers });
    expect([first.status, again.status, again.body]).toEqual([201, 201, first.body]);
    expect([first, again].map((s) => s.headers.get("idempotency-replayed"))).toEqual([null, "true"]);
  });

  test("another body, path or organisation under the key is 422 (I2)", async () => {
    const [a, b] = await world.approvals(2);
    await decide(a as string, {}, ca, headers);
    expect(problem(await decide(a as string, { version: 1 }, ca, headers))).toBe("422 idempotency.mismatch");
    expect(problem(await decide(b as string, {}, ca, headers))).toBe("422 idempotency.mismatch");
    expect(problem(await decide(a as string, {}, ny, headers))).toBe("422 idempotency.mismatch");
    expect((await ca(`/approvals/${b}`)).body.state).toBe("PENDING");
  });

  test("a refusal stays the answer to its key (P6)", async () => {
    const [id] = await world.approvals(1);
    await decide(id as string);
    const refused = { "idempotency-key": "refused" };
    const first = await decide(id as string, {}, ca, refused);
    const again = await decide(id as string, {}, ca, refused);
    expect(problem(first)).toBe("409 approval.already_decided");
    expect({ ...again.body, requestId: "" }).toEqual({ ...first.body, requestId: "" });
    expect(again.headers.get("idempotency-replayed")).toBe("true");
  });

  test("a started bulk is not started twice", async () => {
    const body = { filter: { type: ["nothing-has-this-type"] }, decision: "APPROVE" };
    const [first, again] = [
      await ca("/approvals/bulk/decision", { body, headers }),
      await ca("/approvals/bulk/decision", { body, headers }),
    ];
    expect([again.status, again.body]).toEqual([202, first.body]);
    expect((await ca(`/approvals/bulk/${first.body.bulkId}`)).body).toMatchObject({ state: "DONE", total: 0 });
  });
});
