import { describe, expect, it } from "vitest";
import { clientAddress, settleForwarding, trustedProxies } from "./proxies.ts";

const trusted = trustedProxies(["10.0.0.0/8", "192.0.2.7", "2001:db8::/32"]);

describe("the address of the client", () => {
  it.each([
    ["203.0.113.9", "", "203.0.113.9"],
    ["203.0.113.9", "1.1.1.1", "203.0.113.9"],
    ["10.1.2.3", "1.1.1.1", "1.1.1.1"],
    ["10.1.2.3", "6.6.6.6, 1.1.1.1", "1.1.1.1"],
    ["10.1.2.3", "6.6.6.6, 1.1.1.1, 192.0.2.7", "1.1.1.1"],
    ["::ffff:10.1.2.3", "1.1.1.1", "1.1.1.1"],
    ["2001:db8::1", "::ffff:1.1.1.1", "1.1.1.1"],
    ["10.1.2.3", "unknown", "10.1.2.3"],
    ["10.1.2.3", "'; DROP", "10.1.2.3"],
    ["10.1.2.3", "", "10.1.2.3"],
  ])("peer %s saying %s is %s", (peer, forwarded, expected) => {
    expect(clientAddress(peer, forwarded, trusted)).toBe(expected);
  });

  it("trusts nobody by default", () => {
    expect(clientAddress("127.0.0.1", "1.1.1.1", trustedProxies([]))).toBe("127.0.0.1");
  });

  it.each(["proxy.internal", "10.0.0.0/40", "10.0.0.0/x", "10.0.0.0/-1"])("refuses the entry %s by name", (entry) => {
    expect(() => trustedProxies([entry])).toThrow(entry);
  });
});

describe("what is forwarded", () => {
  const sent = { "x-forwarded-for": "1.1.1.1", "x-forwarded-proto": "https", "x-client-city": "Lisbon", cookie: "a=b" };
  const settled = (peer: string) => {
    const headers: Record<string, string | string[] | undefined> = { ...sent };
    settleForwarding(headers, peer, trusted, "x-client-city");
    return headers;
  };

  it("is believed of a proxy that is ours: the address, and the place by its header", () => {
    expect(settled("10.1.2.3")).toEqual({ ...sent, "x-forwarded-for": "1.1.1.1" });
  });

  it("is taken from anybody else, who stays the address that they come from", () => {
    expect(settled("203.0.113.9")).toEqual({ cookie: "a=b", "x-forwarded-for": "203.0.113.9" });
  });
});
