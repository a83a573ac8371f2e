import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { z } from "zod";
import { importMap } from "#server/domain/imports/schema.ts";

const NEEDED = { org: { column: "state" }, type: { constant: "loan" }, title: { template: "{name}" } };

const textOf = (path: string) => readFileSync(new URL(path, import.meta.url), "utf8");

it("publishes the map's JSON schema as it is", () => {
  expect(JSON.parse(textOf("./map.schema.json"))).toEqual(z.toJSONSchema(importMap, { io: "input" }));
});

it("accepts the demo's map", () => {
  expect(importMap.safeParse(JSON.parse(textOf("../../../prisma/demo/loans.map.json"))).error).toBeUndefined();
});

it.each([
  ["a field of two origins", { ...NEEDED, title: { column: "a", constant: "b" } }],
  ["a field of no origin", { ...NEEDED, title: {} }],
  ["a map without organisation", { type: NEEDED.type, title: NEEDED.title }],
  ["an amount without scale", { ...NEEDED, amount: { column: "money" } }],
  ["a scale that is no integer", { ...NEEDED, amount: { column: "money", scale: 1.5 } }],
  ["a field that nobody knows", { ...NEEDED, titel: { column: "a" } }],
])("refuses %s", (_, fields) => {
  expect(importMap.safeParse({ fields }).success).toBe(false);
});
