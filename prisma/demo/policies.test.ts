import { readFile } from "node:fs/promises";
import { parse } from "csv-parse/sync";
import { expect, test } from "vitest";
import type { Problem } from "#server/domain/imports/rules.ts";
import { mapper } from "#server/domain/imports/rules.ts";
import { importMap } from "#server/domain/imports/schema.ts";
import { payloadIssues } from "#server/domain/payloads/judge-payload.ts";
import { policyInput } from "#server/domain/policies/schema.ts";
import { NORTHWIND_POLICIES } from "./policies.ts";
import { NORTHWIND_REQUESTS } from "./requests.ts";

const policies = new Map(NORTHWIND_POLICIES.map((policy) => [policy.type, policyInput.parse(policy)]));
const issues = (type: string, payload: Readonly<Record<string, unknown>>) =>
  payloadIssues({ id: `demo ${type}`, payloadSchema: policies.get(type)?.payloadSchema ?? null }, payload);

test("every loan of the demo fits what its type asks for", async () => {
  const file = (name: string) => readFile(new URL(`./${name}`, import.meta.url), "utf8");
  const map = importMap.parse(JSON.parse(await file("loans.map.json")));
  const [header = [], ...rows] = parse(await file("loans.csv")) as string[][];
  const read = mapper(map, header);
  const asked = rows.flatMap((row) => {
    const problems: Problem[] = [];
    const { submission } = read(row, problems);
    expect(problems).toEqual([]);
    return policies.get(submission.type ?? "")?.payloadSchema ? [submission] : [];
  });
  expect(asked.length).toBeGreaterThan(100);
  for (const { type = "", payload } of asked) expect(issues(type, payload)).toEqual([]);
});

test("every request of the demo's own people fits what its type asks for", () => {
  const asked = NORTHWIND_REQUESTS.filter(({ type }) => policies.get(type)?.payloadSchema);
  expect(asked.length).toBeGreaterThan(20);
  for (const { type, title, payload = {} } of asked) expect([title, issues(type, payload)]).toEqual([title, []]);
});
