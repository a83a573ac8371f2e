import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { refuseWeakPassword } from "#server/domain/identity/judge-password.ts";
import { accountOf, isPersonal, lengthFlaw } from "#server/domain/identity/rules.ts";
import { password } from "#server/domain/identity/schema.ts";
import { hashPassword, verifyPassword } from "#server/platform/passwords.ts";

const owner = { email: "ada.byron@example.test", name: "Ada Byron", tenants: ["Acme Works", "acme"] };
const judge = (given: string) =>
  refuseWeakPassword(given, owner).then(
    () => "fine",
    (error) => error.code,
  );

describe("a password", () => {
  test("has eight characters or more, whatever they are made of, and 256 at most", () => {
    const flaws = [
      "1234567",
      "12345678",
      "ñandúes!",
      "😀".repeat(7),
      "😀".repeat(8),
      "x".repeat(64),
      "x".repeat(256),
      "x".repeat(257),
    ];
    expect(flaws.map(lengthFlaw)).toEqual(["short", null, null, "short", null, null, null, "long"]);
    expect(flaws.map((given) => password.safeParse(given).success)).toEqual([
      false,
      true,
      true,
      false,
      true,
      true,
      true,
      false,
    ]);
  });

  test("may hold any character, is not cut off, and is the same however its accents are composed", async () => {
    const given = fc
      .string({ unit: "grapheme", minLength: 8, maxLength: 40 })
      .filter((text) => !text.includes("\u0000"));
    const property = fc.asyncProperty(given, async (text) => {
      const kept = await hashPassword(password.parse(text));
      expect(await verifyPassword(kept, text.normalize("NFD"))).toBe(true);
      expect(await verifyPassword(kept, text.slice(0, -1))).toBe(false);
      expect(await verifyPassword(kept, `${text}x`)).toBe(false);
    });
    await fc.assert(property, { numRuns: 15 });
  });

  test.each(["password", "PASSWORD", "12345678", "iloveyou1", "qwertyuiop", "1qaz2wsx", "baseball"])(
    "that many have is refused: %s",
    async (given) => expect(await judge(given)).toBe("password.common"),
  );

  test("is looked up in a list with more than 3,000 entries of eight characters and more", async () => {
    const { dictionary } = await import("@zxcvbn-ts/language-common");
    const long = dictionary["passwords-common"].filter((entry) => [...entry].length >= 8);
    expect(long.length).toBeGreaterThan(3000);
    for (const entry of long.slice(0, 3000)) expect([entry, await judge(entry)]).toEqual([entry, "password.common"]);
  });

  test.each([
    "ada.byron@example.test",
    "ADA.BYRON",
    "Ada Byron",
    "adabyron1815",
    "Byron!!!",
    "countersign",
    "Countersign2026!",
    "Acme Works",
    "acmeworks99",
    "12acme34",
  ])("that is a name around its account is refused: %s", async (given) => {
    expect(await judge(given)).toBe("password.personal");
  });

  test.each([
    "correct horse battery staple",
    "Ada likes long walks",
    "acme is not the secret",
    "contraseña larga ñ",
    "  eight spaces  ",
  ])("that merely holds one, or a sentence, is fine: %s", async (given) => expect(await judge(given)).toBe("fine"));

  test("is never refused for a name that has no letters, or for a tenant without a name", () => {
    expect(isPersonal("20262026", { email: "1@x.test", name: "2026", tenants: ["", "!!"] })).toBe(false);
  });
});

test("an account is one however its address is written", () => {
  expect([" Olu@Example.Test ", "OLU@example.test\u0000"].map(accountOf)).toEqual(Array(2).fill("olu@example.test"));
});
