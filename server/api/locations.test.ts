import { beforeAll, describe, expect, test, vi } from "vitest";

// Before anything reads the environment: a proxy that names the city, and a database of places.
await vi.hoisted(async () => {
  const { mkdtempSync, rmSync, writeFileSync } = await import("node:fs");
  const { tmpdir } = await import("node:os");
  const { locationDatabase } = await import("../testing/location-database.ts");
  const folder = mkdtempSync(`${tmpdir()}/countersign-places-`);
  process.once("exit", () => rmSync(folder, { recursive: true }));
  const [city, country] = [{ names: { en: "Lisbon" } }, { names: { en: "Portugal" } }];
  const long = { names: { en: "Llan".repeat(100) } };
  const networks = { "203.0.113.0/24": { city, country }, "198.51.100.0/24": { city: long, country } };
  writeFileSync(`${folder}/cities.mmdb`, locationDatabase(networks));
  vi.stubEnv("LOCATION_HEADER", "X-Client-City");
  vi.stubEnv("LOCATION_DATABASE", `${folder}/cities.mmdb`);
});

import { LOCATION_MAX } from "#server/domain/sessions/rules.ts";
import { startChild } from "#server/testing/children.ts";
import type { Account } from "#server/testing/http.ts";
import { Browser, makeAccount } from "#server/testing/http.ts";
import { bindTestDatabase, makeTenant } from "#server/testing/world.ts";

const { urls } = bindTestDatabase();
let account: Account;
beforeAll(async () => {
  account = await makeAccount(await makeTenant(), "reader");
});

/** The place of the session that a sign-in opens from an address, under what a proxy says of it in UTF-8. */
async function placeOf(address: string, named = ""): Promise<string> {
  const browser = new Browser(address);
  const { csrfToken } = (await browser.fetch("/api/auth/csrf")).body;
  const fields = { csrfToken, json: "true", email: account.email, password: account.password };
  const header = named ? { "x-client-city": Buffer.from(named).toString("latin1") } : undefined;
  expect((await browser.form("/api/auth/callback/credentials", fields, header)).status).toBe(200);
  const { items } = (await browser.query("sessions.mine", {})).body.result.data;
  return items.find(({ current }: { current: boolean }) => current).location;
}

describe("the place that a session shows", () => {
  test("is what the proxy names in its header, before what the database knows", async () => {
    expect(await placeOf("203.0.113.9", "São João da Madeira")).toBe("São João da Madeira");
  });

  test("is where the database has its address, when no proxy names one", async () => {
    expect(await placeOf("203.0.113.9")).toBe("Lisbon, Portugal");
  });

  test("is empty where neither knows", async () => {
    expect(await placeOf("192.0.2.1")).toBe("");
  });

  test.each([
    ["198.51.100.1", ""],
    ["203.0.113.9", "x".repeat(5000)],
  ])("is cut to what is kept: %s", async (address, named) => {
    expect(await placeOf(address, named)).toHaveLength(LOCATION_MAX);
  });
});

test("a database that cannot be read stops the web process, which names the setting", async () => {
  const settings = { LOCATION_DATABASE: "/nowhere/cities.mmdb", NODE_ENV: "production" };
  const { end, said } = await startChild("server/web.ts", urls(), settings).ended;
  expect([end, said]).toEqual([1, expect.stringContaining("LOCATION_DATABASE: /nowhere/cities.mmdb cannot be read")]);
});
