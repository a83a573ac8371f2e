import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { readSettings } from "./settings.ts";

const COMPLETE = { APP_URL: "https://desk.example", AUTH_SECRET: "a".repeat(32), CORE_API_TOKEN: "b".repeat(32) };
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "countersign-settings-"));
  given({ DATA_DIR: folder, NODE_ENV: "", APP_ENV: "", APP_URL: "", AUTH_SECRET: "", CORE_API_TOKEN: "" });
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

const given = (settings: Record<string, string>) => {
  for (const [name, value] of Object.entries(settings)) vi.stubEnv(name, value);
};

describe("what is started", () => {
  test("is the demo on a bare machine, with secrets of its own", () => {
    const { production, url, authSecret, childEnvironment } = readSettings("start");
    expect([production, url, childEnvironment.APP_ENV]).toEqual([false, "http://localhost:3000", "demo"]);
    expect(authSecret).toMatch(/^[\w-]{43}$/);
  });

  test.each(["NODE_ENV", "APP_ENV"])("is production where %s says so", (name) => {
    given({ ...COMPLETE, [name]: "production" });
    const { production, childEnvironment } = readSettings("start");
    expect([production, childEnvironment.APP_ENV]).toEqual([true, "production"]);
  });

  test.each(Object.keys(COMPLETE))("is nothing in production without %s, which is named", (name) => {
    given({ ...COMPLETE, NODE_ENV: "production", [name]: "" });
    expect(() => readSettings("start")).toThrow(name);
  });

  test("is nothing with a database of places that cannot be read", () => {
    given({ LOCATION_DATABASE: join(folder, "missing.mmdb") });
    expect(() => readSettings("start")).toThrow(`LOCATION_DATABASE: ${join(folder, "missing.mmdb")} cannot be read`);
  });
});
