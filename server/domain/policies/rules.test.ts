import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Stage } from "#server/domain/approvals/rules.ts";
import type { Facts } from "#server/domain/policies/rules.ts";
import { applicableStages, CONDITION_MAX, conditionFlaw, deadlines, holds } from "#server/domain/policies/rules.ts";

const facts: Facts = {
  type: "travel",
  amount: 250_000n,
  priority: "HIGH",
  payload: {
    country: "NO",
    nights: 3,
    ratio: 0.5,
    tags: ["team", "abroad"],
    trip: { class: "eco" },
    none: null,
    "a-b": 1,
  },
  org: { code: "CA", path: ["root", "west", "CA"] },
  cycle: null,
  requesterEmail: "olu@example.test",
};

describe("a condition", () => {
  test.each<[string, boolean]>([
    ['approvalType == "travel"', true],
    ["amount >= 250000", true],
    ["amount > 250000", false],
    ["hasAmount && amount > 100", true],
    ['priority in ["HIGH", "URGENT"]', true],
    ['org.code == "NY"', false],
    ['"west" in org.path', true],
    ['cycle == ""', true],
    ['requester.domain == "example.test"', true],
    ['requester.email.startsWith("olu@")', true],
    ['payload.country != "US" && payload.nights > 2', true],
    ["payload.ratio < 1", true],
    ["payload.nights + payload.ratio > 3.4", true],
    ['"abroad" in payload.tags && payload.tags.size() == 2', true],
    ['payload.trip.class == "business"', false],
    ["payload.none == null", true],
    ['payload["a-b"] == 1', true],
    ["has(payload.missing) && payload.missing > 1", false],
    ['payload.country.lowerAscii().contains("n")', true],
    ["amount < 0 ? false : !(payload.nights > 5)", true],
  ])("%s is %s", (text, answer) => {
    expect(conditionFlaw(text)).toBeNull();
    expect(holds(text, facts)).toBe(answer);
  });

  test.each<[string, string]>([
    ["payload.missing > 1", "no_such_key"],
    ["payload.trip.seat.row > 1", "no_such_key"],
    ["payload.tags[9] == 1", "index_out_of_bounds"],
    ["payload.country > 1", "no_such_overload"],
    ["amount / 0 == 1", "division_by_zero"],
    ["amount * 9223372036854775807 > 0", "numeric_overflow"],
    ["payload.country", "not_bool"],
    ["payload.__proto__ == null", "no_such_key"],
    ["payload.constructor == null", "no_such_key"],
  ])("%s has no answer here, and says %s", (text, code) => {
    expect(holds(text, facts)).toMatchObject({ code });
  });

  test("on the amount has no answer for a request without one", () => {
    const without = { ...facts, amount: null };
    expect(holds("amount > 100", without)).toMatchObject({ code: "no_amount" });
    expect(holds("hasAmount && amount > 100", without)).toBe(false);
  });

  test.each<[string, string]>([
    ["amount >", "unexpected_token"],
    ["amount", "not_bool"],
    ['amount > "x"', "no_such_overload"],
    ["total > 1", "unknown_variable"],
    ["org.name == 1", "no_such_key"],
    ['payload.country.matches("(a+)+$")', "unknown_function"],
    ["payload.tags.exists(t, t == 1)", "unknown_function"],
    ["payload.tags.map(t, t)", "unknown_function"],
    ['timestamp("2020-01-01T00:00:00Z") != null', "unknown_function"],
    ["payload.country.contains(payload.needle)", "contains_literal"],
    ['(payload.country + payload.country).contains("x")', "contains_literal"],
    [`amount == 0${" + 1".repeat(5)}`, "limit_exceeded"],
    [`${"(".repeat(100)}true${")".repeat(100)}`, "limit_exceeded"],
    [`true${"||true".repeat(80)}`, "limit_exceeded"],
    ['{"a": 1}.a == 1', "limit_exceeded"],
    [`"${"x".repeat(CONDITION_MAX)}" == ""`, "too_long"],
  ])("%s is refused at saving: %s", (text, code) => {
    const flaw = conditionFlaw(text);
    expect(flaw).toMatchObject({ code, message: expect.any(String) });
    expect(flaw?.start).toBeLessThanOrEqual(flaw?.end ?? 0);
    expect(holds(text, facts)).toMatchObject({ code });
  });
});

const one = (when?: string): Stage => ({ name: "S", permission: "approvals:decide", needed: 1, when });

describe("the stages that apply", () => {
  test("are those without a condition and those whose condition holds", () => {
    expect(applicableStages([one("amount > 1"), one("amount > 1000000"), one()], facts)).toEqual({
      stages: [0, 2],
      unevaluated: [],
    });
    expect(applicableStages([one(), one("amount > 1")], facts)).toEqual({ stages: [], unevaluated: [] });
  });

  test("fail safe: a stage whose condition has no answer applies, and is named", () => {
    const { stages, unevaluated } = applicableStages([one(), one("payload.missing > 1"), one("amount < 1")], facts);
    expect(stages).toEqual([0, 1]);
    expect(unevaluated).toMatchObject([{ stage: 1, flaw: { code: "no_such_key" } }]);
  });
});

/** Any text of the grammar's own pieces, well formed or not. */
const piece = fc.constantFrom(
  ..."amount payload.a payload.list payload.s org.path requester.domain cycle priority 1 0.5 \"x\" true null [ ] ( ) + - * / % == != < > <= >= && || ! ? : in , . has( size( int( double( string( .contains( .startsWith( .trim() .map( .matches( payload[ __proto__ constructor 9223372036854775807 'y'".split(
    " ",
  ),
);
const hostile = fc.oneof(
  fc.array(piece, { maxLength: 60 }).map((pieces) => pieces.join(" ")),
  fc.string({ maxLength: CONDITION_MAX + 20, unit: "binary" }),
  fc
    .tuple(fc.constantFrom("(", "!", "-", "[", "payload.", "1+", "true?", '"', "has("), fc.nat(300))
    .map(([s, n]) => s.repeat(n)),
);

test("any text as a condition is answered, with yes, no or a flaw; what is refused at saving never holds", () => {
  fc.assert(
    fc.property(hostile, fc.jsonValue({ maxDepth: 4 }), (text, a) => {
      const asked: Facts = { ...facts, payload: { a, list: [a, a], s: "x" } as Record<string, unknown> };
      const answer = holds(text, asked);
      const flaw = conditionFlaw(text);
      if (flaw) expect(answer).toEqual(flaw);
      else expect(typeof answer === "boolean" || typeof answer.code === "string").toBe(true);
      const { stages } = applicableStages([one(), one(text)], asked);
      expect(stages).toEqual(answer === false ? [0] : []);
    }),
    { numRuns: 2000 },
  );
});

test("the dearest conditions over the largest payloads are bounded in work: their grammar leaves nothing that multiplies", () => {
  const long = "a".repeat(31_000);
  const asked = { ...facts, payload: { s: long, t: `b${long}`, list: Array<string>(15_000).fill("aa") } };
  for (const text of [
    `size(${Array(5).fill("payload.s").join("+")}) > 0`,
    `"b" in (${Array(5).fill("payload.list").join("+")})`,
    Array(12).fill('payload.s.contains("ab")').join("||"),
    Array(20)
      .fill("payload.list == payload.list")
      .join("&&")
      .slice(0, 480)
      .replace(/&[^&]*$/, "")
      .replace(/&+$/, ""),
    "payload.s in payload.list",
  ]) {
    expect([text, conditionFlaw(text)]).toEqual([text, null]);
    expect(typeof holds(text, asked)).toBe("boolean");
  }
});

describe("due date and expiry", () => {
  const now = new Date("2026-03-01T00:00:00.000Z");
  const later = new Date("2026-03-05T00:00:00.000Z");
  const policy = (dueAfterHours: number | null, expiresAfterHours: number | null) => ({
    dueAfterHours,
    expiresAfterHours,
  });
  test.each<[string, ReturnType<typeof policy>, Date | null, string | null, string | null]>([
    ["nothing asked, nothing given", policy(null, null), null, null, null],
    ["the policy's due date", policy(24, null), null, "2026-03-02", null],
    ["the sent one goes before it", policy(24, null), later, "2026-03-05", null],
    ["expiry counts from the due date", policy(24, 48), null, "2026-03-02", "2026-03-04"],
    ["also from a sent one", policy(null, 48), later, "2026-03-05", "2026-03-07"],
    [
      "and from now where that has passed",
      policy(null, 24),
      new Date("2020-01-01T00:00:00Z"),
      "2020-01-01",
      "2026-03-02",
    ],
    ["without a due date nothing expires", policy(null, 24), null, null, null],
  ])("%s", (_, rule, sent, due, expires) => {
    const given = deadlines(rule, sent, now);
    expect([given.dueAt, given.expiresAt].map((d) => d?.toISOString().slice(0, 10) ?? null)).toEqual([due, expires]);
    expect(given.dueGiven).toBe(sent === null && due !== null);
  });
});
