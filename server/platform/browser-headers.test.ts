import { expect, test } from "vitest";
import { contentPolicy, newNonce, standingHeaders } from "#server/platform/browser-headers.ts";

const site = { appUrl: "https://countersign.example", isDevelopment: false };
const directives = (policy: string) => new Map(policy.split("; ").map((d) => d.split(/ (.*)/s, 2) as [string, string]));

test("a page runs scripts by its nonce alone, and is framed by nobody", () => {
  const nonce = newNonce();
  const policy = directives(contentPolicy("/inbox", nonce, site));
  expect(policy.get("script-src")).toBe(`'self' 'nonce-${nonce}' 'strict-dynamic'`);
  expect([...policy.values()].join(" ")).not.toMatch(/unsafe-eval|https?:|\*/);
  expect(["object-src", "base-uri", "frame-ancestors"].map((name) => policy.get(name))).toEqual(
    Array(3).fill("'none'"),
  );
  expect(policy.get("form-action")).toBe("'self'");
  expect(policy.has("upgrade-insecure-requests")).toBe(true);
});

test("a nonce has 128 random bits and is never given twice", () => {
  const nonces = Array.from({ length: 1000 }, newNonce);
  expect(new Set(nonces).size).toBe(1000);
  expect(Buffer.from(nonces[0] ?? "", "base64")).toHaveLength(16);
});

test.each(["/api/core/approvals", "/api/trpc/x", "/health"])("of %s nothing runs, loads or is framed", (path) => {
  expect(contentPolicy(path, newNonce(), site)).toMatch(/^default-src 'none'; .*frame-ancestors 'none'$/);
});

test("a public engine may be asked, and nothing else outside", () => {
  const policy = contentPolicy("/inbox", "n", { ...site, searchUrl: "https://search.example/path" });
  expect(directives(policy).get("connect-src")).toBe("'self' https://search.example");
});

test("plain HTTP is told nothing of TLS", () => {
  const plain = { ...site, appUrl: "http://localhost:3000" };
  expect(standingHeaders(plain)).not.toHaveProperty("strict-transport-security");
  expect(standingHeaders(site)["strict-transport-security"]).toMatch(/^max-age=\d{8}/);
  expect(contentPolicy("/inbox", "n", plain)).not.toContain("upgrade");
  expect(standingHeaders(plain)).toMatchObject({
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "strict-origin",
  });
});
