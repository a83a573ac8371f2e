import { verify } from "@node-rs/argon2";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { signIn } from "#server/domain/identity/sign-in.ts";
import { verifyPassword } from "#server/platform/passwords.ts";
import type { Account } from "#server/testing/http.ts";
import { makeAccount } from "#server/testing/http.ts";
import { bindTestDatabase, makeTenant } from "#server/testing/world.ts";

// The library's own function, counted.
vi.mock("@node-rs/argon2", { spy: true });

const { admin } = bindTestDatabase();
const place = { address: "10.0.0.1", userAgent: "x", requestId: "r", idleMinutes: 120, absoluteHours: 24 };
/** OWASP's second set: what every hash is made with, and that of nobody too. */
const COST = "$argon2id$v=19$m=19456,t=2,p=1$";

const account = async (sql?: string): Promise<Account> => {
  const made = await makeAccount(await makeTenant(), "decider");
  if (sql) await admin().pool.query(sql, [made.personId]);
  return made;
};
const nobody: Account = { personId: "", email: "nobody@example.test", password: "the password of nobody" };

beforeEach(async () => {
  await verifyPassword(null, "the hash of nobody is made once");
  vi.mocked(verify).mockClear();
});

describe("whoever is not let in has cost one hash of the same cost, and gets the same answer", () => {
  test.each([
    ["an unknown person", async () => nobody],
    ["a wrong password", async () => ({ ...(await account()), password: "not the password" })],
    ["a disabled person", () => account("UPDATE people SET disabled_at = now() WHERE id = $1")],
    ["a frozen person", () => account("UPDATE people SET frozen_at = now() WHERE id = $1")],
    ["a person without a password", () => account("DELETE FROM credentials WHERE person_id = $1")],
    ["a disabled membership", () => account("UPDATE memberships SET status = 'DISABLED' WHERE person_id = $1")],
    ["a password that is too long for any", async () => ({ ...(await account()), password: "x".repeat(5000) })],
  ])("%s", async (_, someone) => {
    const { email, password } = await someone();
    expect(await signIn({ ...place, email, password })).toEqual({ ok: false, judged: true, retryAfterSeconds: 0 });
    expect(vi.mocked(verify).mock.calls.map(([hash]) => `${hash}`.slice(0, COST.length))).toEqual([COST]);
  });

  test("and so has who is let in", async () => {
    const { email, password } = await account();
    expect(await signIn({ ...place, email, password })).toMatchObject({ ok: true });
    expect(verify).toHaveBeenCalledTimes(1);
  });
});
