import { globSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { TEST_ENVIRONMENT } from "../testing/environment.ts";
import { parseEnvironment } from "./environment.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const COMPLETE = { ...TEST_ENVIRONMENT, NODE_ENV: "production", APP_ENV: "" };

describe("the environment", () => {
  it("is read in server/platform/env.ts, and nowhere else in the product", () => {
    const files = globSync("{app,components,server}/**/*.{ts,tsx}", { cwd: ROOT }).filter(
      (file) => !file.startsWith("server/testing/") && !/\.test\.tsx?$/.test(file),
    );
    expect(files).toContain("server/platform/env.ts");
    const readers = files.filter((file) =>
      /\bprocess\s*(\?\.|\.|\[["'`])\s*env\b/.test(readFileSync(`${ROOT}/${file}`, "utf8")),
    );
    // The engine is a program by itself, which takes its key as a typesense-server would.
    expect(readers.toSorted()).toEqual(["server/engine/main.ts", "server/platform/env.ts"]);
  });

  it("is production when only NODE_ENV says so", () => {
    expect(parseEnvironment(COMPLETE).APP_ENV).toBe("production");
    expect(parseEnvironment({ ...COMPLETE, NODE_ENV: "" }).APP_ENV).toBe("development");
    expect(parseEnvironment({ ...COMPLETE, APP_ENV: "demo" }).APP_ENV).toBe("demo");
  });

  it("takes an empty variable for an absent one", () => {
    expect(parseEnvironment({ ...COMPLETE, PORT: "", CORE_API_TENANTS: "" })).toMatchObject({
      PORT: 3000,
      CORE_API_TENANTS: [],
    });
  });

  it.each(["APP_URL", "AUTH_SECRET", "CORE_API_TOKEN", "DATABASE_APP_URL", "DATABASE_WORKER_URL"])(
    "names %s when it is missing",
    (name) => {
      expect(() => parseEnvironment({ ...COMPLETE, [name]: "" })).toThrow(`${name}: is missing`);
    },
  );

  it("wants the address that browsers use in production, over TLS unless it is this machine", () => {
    for (const url of ["https://desk.example", "http://localhost:3000", "http://127.0.0.1:3000", "http://[::1]:3000"])
      expect(parseEnvironment({ ...COMPLETE, APP_URL: url }).APP_URL).toBe(url);
    for (const url of ["http://desk.example", "http://localhost.example", "http://127.0.0.1.example"]) {
      expect(() => parseEnvironment({ ...COMPLETE, APP_URL: url })).toThrow("APP_URL: must begin with https://");
      expect(parseEnvironment({ ...COMPLETE, APP_ENV: "demo", APP_URL: url }).APP_URL).toBe(url);
    }
    expect(parseEnvironment({ ...COMPLETE, APP_ENV: "demo", APP_URL: "" }).APP_URL).toBe("http://localhost:3000");
  });

  it("wants a service token of 32 bytes in production only", () => {
    const short = { ...COMPLETE, CORE_API_TOKEN: "short" };
    expect(() => parseEnvironment(short)).toThrow("CORE_API_TOKEN");
    expect(parseEnvironment({ ...short, APP_ENV: "demo" }).CORE_API_TOKEN).toBe("short");
  });

  it("wants the key of a search engine with its addresses, in production not the example's", () => {
    const given = { ...COMPLETE, TYPESENSE_URL: "http://a:8108, http://b:8108", TYPESENSE_API_KEY: "xyz" };
    expect(() => parseEnvironment({ ...given, TYPESENSE_API_KEY: "" })).toThrow("TYPESENSE_API_KEY");
    expect(() => parseEnvironment(given)).toThrow("TYPESENSE_API_KEY");
    expect(parseEnvironment({ ...given, APP_ENV: "demo" })).toMatchObject({
      TYPESENSE_URL: ["http://a:8108", "http://b:8108"],
      TYPESENSE_API_KEY: "xyz",
    });
  });

  it.each([
    ["PORT", "70000"],
    ["APP_URL", "not an address"],
    ["AUTH_SECRET", "short"],
    ["SESSION_LIFETIME", "0"],
    ["APP_ENV", "staging"],
    ["TYPESENSE_URL", "localhost:8108"],
    ["LOCATION_HEADER", "cookie"],
    ["LOCATION_HEADER", "X-Forwarded-For"],
  ])("refuses %s=%s by name", (name, value) => {
    expect(() => parseEnvironment({ ...COMPLETE, [name]: value })).toThrow(name);
  });

  it("splits lists and drops the slash at the end of the address", () => {
    const given = { ...COMPLETE, TRUSTED_PROXIES: "10.0.0.0/8, ::1", APP_URL: "https://desk.example/" };
    expect(parseEnvironment(given)).toMatchObject({
      TRUSTED_PROXIES: ["10.0.0.0/8", "::1"],
      APP_URL: "https://desk.example",
    });
  });
});
