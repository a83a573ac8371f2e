import { expect, test } from "vitest";
import { seal, unseal } from "#server/platform/seals.ts";

test("what is sealed opens for its own context only, differs each time, and shows nothing of itself", () => {
  const link = "https://example.test/welcome?token=ñ-0123456789";
  const sealed = seal(link, "a");
  expect(unseal(sealed, "a")).toBe(link);
  expect(unseal(sealed, "b")).toBeNull();
  expect(Buffer.from(sealed).toString("latin1")).not.toContain("welcome");
  expect(Buffer.from(seal(link, "a")).equals(sealed)).toBe(false);
});

test("a flipped bit anywhere, or a part that is missing, is no seal", () => {
  const sealed = seal("secret", "a");
  for (const index of sealed.keys()) {
    const broken = Uint8Array.from(sealed);
    broken[index] = (broken[index] ?? 0) ^ 1;
    expect(unseal(broken, "a")).toBeNull();
  }
  for (const length of [0, 11, 27, sealed.length - 1]) expect(unseal(sealed.subarray(0, length), "a")).toBeNull();
});
