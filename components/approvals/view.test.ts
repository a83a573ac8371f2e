import { describe, expect, test } from "vitest";
import { formatAmount, parseAmount, plainAmount, typeLabel } from "./amount.ts";
import { differenceOf } from "./detail/difference.ts";
import { droppedKeys, filterOf, narrowedBy, parseView, viewQuery } from "./view.ts";

const ORGS = [
  { id: "11111111-1111-7111-8111-111111111111", code: "CA" },
  { id: "22222222-2222-7222-8222-222222222222", code: "NV" },
];
const read = (query: string) => parseView(Object.fromEntries(new URLSearchParams(query)));
const dropped = (query: string) => droppedKeys(new URLSearchParams(query), read(query), ORGS);

describe("an address", () => {
  test("without a query is what waits, the newest first", () => {
    expect(filterOf(read(""), ORGS)).toEqual({ state: ["PENDING"] });
    expect(viewQuery(read(""))).toBe("");
  });

  test("carries the whole filter there and back", () => {
    const query =
      "?state=ALL&type=house,car&priority=HIGH&org=NV&q=roof&min=10.50&max=2000&from=2026-01-01&to=2026-01-31&overdue=true&import=33333333-3333-7333-8333-333333333333&sort=amount&dir=asc";
    const view = read(query);
    expect(read(viewQuery(view))).toEqual(view);
    expect(filterOf(view, ORGS)).toEqual({
      type: ["house", "car"],
      priority: ["HIGH"],
      org: [ORGS[1]?.id],
      q: "roof",
      amountFrom: "1050",
      amountTo: "200000",
      createdFrom: "2026-01-01T00:00:00.000Z",
      createdTo: "2026-02-01T00:00:00.000Z",
      overdue: true,
      import: "33333333-3333-7333-8333-333333333333",
    });
    expect(narrowedBy(view)).toEqual(["type", "priority", "org", "q", "min", "max", "from", "to", "overdue", "import"]);
  });

  test("loses only the parts that cannot be read, and names them", () => {
    expect(dropped("state=WRONG&type=house")).toEqual(["state"]);
    expect(dropped("priority=HIGH,SOON")).toEqual(["priority"]);
    expect(dropped("org=CA,ZZ")).toEqual(["org"]);
    expect(dropped("min=abc&from=2026-02-30&sort=colour")).toEqual(["min", "from", "sort"]);
    expect(dropped("import=requests.csv")).toEqual(["import"]);
    expect(dropped("type=house&org=CA&min=5")).toEqual([]);
    expect(filterOf(read("state=WRONG&type=house"), ORGS)).toEqual({ state: ["PENDING"], type: ["house"] });
  });
});

describe("an amount", () => {
  test("is exact however large", () => {
    expect(parseAmount("1,234.5")).toBe("123450");
    expect(parseAmount("-0.07")).toBe("-7");
    expect(parseAmount("1.234")).toBeNull();
    expect(parseAmount("")).toBeNull();
    expect(plainAmount("5")).toBe("0.05");
    expect(plainAmount("-1050")).toBe("-10.50");
    expect(formatAmount("900719925474099301", "en")).toBe("9,007,199,254,740,993.01");
  });
});

test("a type reads as words", () => {
  expect(typeLabel("debt_consolidation")).toBe("Debt consolidation");
});

test("two revisions differ by their fields, however deep", () => {
  const before = JSON.stringify({ revision: 1, title: "A", payload: { months: 12, kept: true } });
  const after = JSON.stringify({ revision: 2, title: "A", payload: { months: 24, kept: true, extra: "x" } });
  expect(differenceOf(before, after)).toEqual([
    { field: "payload.months", before: "12", after: "24" },
    { field: "payload.extra", before: null, after: "x" },
  ]);
});
