import type { NextConfig } from "next";
import { PHASE_PRODUCTION_SERVER } from "next/constants.js";
import { expect, test } from "vitest";
import configured from "../../next.config.ts";

type Configured = NextConfig | ((phase: string, defaults: object) => NextConfig | Promise<NextConfig>);

test("every answer forbids framing and sniffing and keeps its address to itself", async () => {
  const given = configured as Configured;
  const config = typeof given === "function" ? await given(PHASE_PRODUCTION_SERVER, { defaultConfig: {} }) : given;
  const [everywhere, ...others] = (await config.headers?.()) ?? [];
  expect([everywhere?.source, others, config.poweredByHeader]).toEqual(["/:path*", [], false]);
  const headers = Object.fromEntries(everywhere?.headers.map(({ key, value }) => [key.toLowerCase(), value]) ?? []);
  expect(headers["content-security-policy"]).toContain("frame-ancestors 'none'");
  expect(headers).toMatchObject({
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": expect.stringMatching(/^(no-referrer|same-origin|strict-origin)$/),
  });
});
