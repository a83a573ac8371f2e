import fc from "fast-check";
import { beforeEach, describe, expect, test, vi } from "vitest";
import type { Detail } from "#components/approvals/detail/use-approval.ts";
import type { PayloadSchema } from "#server/domain/payload-schemas/rules.ts";
import { payloadIssues } from "#server/domain/payloads/judge-payload.ts";
import { payloadProblems } from "#server/domain/payloads/rules.ts";
import { anySchema } from "#server/testing/schemas.ts";
import { draftKey, forget, keep, readKept } from "./kept-draft.ts";
import { readPayload, writePayload } from "./payload-fields.ts";
import { soundValues } from "./sound-values.ts";
import type { Setting, Values } from "./values.ts";
import { contentOf, EMPTY, readValues, resubmissionOf, submissionOf, valuesOf } from "./values.ts";

const FIELDS: PayloadSchema = {
  type: "object",
  properties: {
    city: { type: "string", maxLength: 10 },
    nights: { type: "integer", minimum: 1 },
    flight: { type: "boolean" },
    tags: { type: "array", items: { type: "string", enum: ["a", "b"] } },
    names: { type: "array", items: { type: "string" } },
  },
  required: ["city"],
};
const NOW = new Date("2026-11-25T12:00:00Z");
const setting = (more: Partial<Setting> = {}): Setting => ({ schema: FIELDS, zone: "UTC", now: NOW, ...more });
const values = (more: Partial<Values> = {}): Values => ({
  ...EMPTY,
  type: "travel",
  orgId: "0198f0b2-0000-7000-8000-000000000000",
  title: "To Oslo",
  payload: { city: "Oslo" },
  ...more,
});
const problems = (change: Partial<Values>, more?: Partial<Setting>) =>
  readValues(values(change), setting(more)).problems.map(({ path, code }) => `${path} ${code}`);

describe("the boxes of a payload", () => {
  const typed = fc.oneof(
    fc.constantFrom(
      "",
      " ",
      "1",
      "-2",
      "2.5",
      "1e3",
      "true",
      "red",
      "red\ngreen",
      "2024-02-29",
      "a@b.cc",
      "https://a.test",
    ),
    fc.string({ maxLength: 5 }),
    fc.array(fc.constantFrom("red", "green", "z"), { maxLength: 3 }),
  );

  test("whatever is typed: what the form lets through the server takes, and what the server takes the form lets through", () => {
    const any = anySchema.chain((schema) =>
      fc.tuple(
        fc.constant(schema),
        fc.record(Object.fromEntries(Object.keys(schema.properties).map((name) => [name, typed]))),
      ),
    );
    fc.assert(
      fc.property(any, fc.uuid(), ([schema, fields], id) => {
        const read = readPayload(schema, fields as Values["payload"], "");
        expect(read.problems.length === 0).toBe(
          payloadIssues({ id, payloadSchema: schema }, read.payload).length === 0,
        );
      }),
      { numRuns: 400 },
    );
  });

  test("a payload that fits comes through them as it was, to the value, with whatever has no box", () => {
    const any = anySchema.chain((schema) =>
      fc.tuple(
        fc.constant(schema),
        fc.dictionary(
          fc.constantFrom("beside", ...Object.keys(schema.properties)),
          fc.oneof(
            fc.constantFrom(
              "red",
              " spaced \r\n lines",
              "2024-02-29",
              1,
              2.5,
              -3,
              true,
              false,
              123_456_789_012_345_680,
            ),
            fc.constant(["red"]),
            fc.constant(["a", "b"]),
          ),
        ),
      ),
    );
    fc.assert(
      fc.property(any, ([schema, payload]) => {
        fc.pre(payloadProblems(schema, payload).length === 0);
        const { fields, rest } = writePayload(schema, payload);
        const read = readPayload(schema, fields, rest, payload);
        expect(read).toEqual({ payload, problems: [] });
      }),
      { numRuns: 1_000 },
    );
  });

  test.each<[string, string, string]>([
    ["{", "rest no_json", "text that is no JSON"],
    ["[1]", "rest no_object", "a list"],
    ['{"city": "x"}', "rest named_above", "a field that has a box"],
  ])("beside them %s is %s: %s", (rest, expected) => {
    expect(problems({ rest })).toContain(expected);
  });

  test("where nothing else may be, what is beside them is not sent", () => {
    const schema = { ...FIELDS, additionalProperties: false };
    expect(readPayload(schema, { city: "Oslo" }, '{"more": 1}')).toEqual({ payload: { city: "Oslo" }, problems: [] });
  });
});

describe("a new request", () => {
  test("says its values as they are sent", () => {
    const written = values({
      title: "  To Oslo ",
      amount: "1,234.5",
      due: "2026-12-01",
      requesterEmail: " vera@northwind.test ",
      payload: { city: " Oslo ", nights: "2", flight: "false", tags: ["a"], names: "Ana\n\n Olu " },
      rest: '{"cost_centre": 7}',
      attachments: [{ title: "", url: " https://Example.com/offer " }],
    });
    const { content, problems: none } = readValues(written, setting({ zone: "Asia/Kathmandu" }));
    expect(none).toEqual([]);
    expect(submissionOf(written, content)).toEqual({
      type: "travel",
      orgId: written.orgId,
      title: "To Oslo",
      summary: "",
      amount: "123450",
      priority: "NORMAL",
      dueAt: "2026-12-01T18:14:00.000Z",
      requesterEmail: "vera@northwind.test",
      payload: { city: "Oslo", nights: 2, flight: false, tags: ["a"], names: ["Ana", "Olu"], cost_centre: 7 },
      attachments: [{ title: "example.com", url: "https://example.com/offer" }],
    });
  });

  test.each<[Partial<Values>, string[]]>([
    [{ type: " ", orgId: "", title: "" }, ["title required", "type required", "orgId required"]],
    [{ amount: "12,5x" }, ["amount bad_amount"]],
    [{ due: "2026-02-30" }, ["due invalid_format"]],
    [{ due: "2026-11-24" }, ["due past"]],
    [{ requesterEmail: "vera" }, ["requesterEmail invalid_format"]],
    [{ payload: {} }, ["payload.city required"]],
    [{ payload: { city: "Oslo", nights: "two" } }, ["payload.nights invalid_type"]],
    [{ payload: { city: "Oslo", nights: "1e3" } }, ["payload.nights invalid_type"]],
    [{ attachments: [{ title: "A", url: "" }] }, ["attachments.0.url required"]],
    [
      { attachments: [{ title: "A\u202e", url: "javascript:alert(1)" }] },
      ["attachments.0.url not_https", "attachments.0.title misleads"],
    ],
  ])("%j is not sent: %j", (change, expected) => {
    expect(problems(change)).toEqual(expected);
  });
});

describe("a request that is sent again", () => {
  const stands = {
    id: "0198f0b2-0000-7000-8000-000000000001",
    orgId: "o",
    cycleId: null,
    type: "travel",
    title: " Kept as it is ",
    summary: "one\r\ntwo  ",
    amount: "-5",
    priority: "HIGH",
    dueAt: "2026-01-01T10:11:12.345Z",
    contentVersion: 3,
    payload: { nights: 2, city: "Oslo", odd: { deep: [1] } },
    attachments: [{ title: "Offer", url: "https://example.com/", digest: "d" }],
  } as unknown as Detail;
  const again = (change: Partial<Values>) => {
    const where = setting({ stands, zone: "America/New_York" });
    const { content, problems: found } = readValues({ ...valuesOf(stands, where), ...change }, where);
    expect(found).toEqual([]);
    return resubmissionOf(stands, content);
  };

  test("untouched is nothing but its id and version, though its due date has passed", () => {
    expect(again({})).toEqual({ id: stands.id, version: 3 });
    expect(contentOf(stands).payload).toBe(stands.payload);
  });

  test("says only what is another than it was", () => {
    expect(again({ title: "New", due: "", amount: "" })).toEqual({
      id: stands.id,
      version: 3,
      title: "New",
      dueAt: null,
      amount: null,
    });
    expect(again({ payload: { city: "Bergen", nights: "2" } })).toEqual({
      id: stands.id,
      version: 3,
      payload: { nights: 2, city: "Bergen", odd: { deep: [1] } },
    });
    expect(again({ attachments: [] })).toEqual({ id: stands.id, version: 3, attachments: [] });
  });
});

describe("a draft", () => {
  const store = new Map<string, string>();
  beforeEach(() => {
    store.clear();
    vi.stubGlobal("localStorage", {
      getItem: (key: string) => store.get(key) ?? null,
      setItem: (key: string, text: string) => {
        if (text.includes("too much")) throw new Error("QuotaExceededError");
        store.set(key, text);
      },
      removeItem: (key: string) => store.delete(key),
    });
  });
  const key = draftKey("p", "new");

  test("is kept for two weeks, and gone when it is forgotten", () => {
    keep(key, values(), 0);
    expect(readKept(key, 13 * 86_400_000)).toEqual({ value: values(), at: 0 });
    expect(readKept(key, 15 * 86_400_000)).toBeNull();
    forget(key);
    expect(readKept(key, 0)).toBeNull();
  });

  test("that cannot be kept or read is none, and breaks nothing", () => {
    keep(key, "too much");
    keep(key, "x".repeat(300_000));
    expect(readKept(key)).toBeNull();
    store.set(key, "{");
    expect(readKept(key)).toBeNull();
    vi.stubGlobal("localStorage", undefined);
    keep(key, "x");
    expect(readKept(key)).toBeNull();
  });

  test("of another version gives what still is a form's", () => {
    const kept = {
      title: "T",
      amount: 5,
      gone: 1,
      priority: "LATER",
      payload: { a: "1", b: ["x"], c: 3, d: [4] },
      attachments: [{ title: "A" }, { title: "B", url: "u" }],
    };
    expect(soundValues(kept)).toEqual({
      ...EMPTY,
      title: "T",
      payload: { a: "1", b: ["x"] },
      attachments: [{ title: "B", url: "u" }],
    });
    for (const odd of [null, 1, "x", []]) expect(soundValues(odd)?.title ?? "").toBe("");
  });
});
