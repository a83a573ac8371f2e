import { beforeAll, describe, expect, test } from "vitest";
import { delayAfter, source } from "#server/domain/identity/rules.ts";
import type { SignInResult } from "#server/domain/identity/sign-in.ts";
import { signIn } from "#server/domain/identity/sign-in.ts";
import type { Account } from "#server/testing/http.ts";
import { makeAccount } from "#server/testing/http.ts";
import type { World } from "#server/testing/world.ts";
import { bindTestDatabase, makeTenant } from "#server/testing/world.ts";

const { admin } = bindTestDatabase();
let world: World;
let olu: Account;
beforeAll(async () => {
  world = await makeTenant();
  olu = await makeAccount(world, "decider");
});

let places = 0;
const place = () => `192.0.2.${++places}`;
const attempt = (email: string, password: string, address: string): Promise<SignInResult> =>
  signIn({ email, password, address, userAgent: "", requestId: "r", idleMinutes: 120, absoluteHours: 24 });
const wrong = (address: string, email = olu.email) => attempt(email, "not the password", address);
const right = (address: string) => attempt(olu.email, olu.password, address);
/** As if the last try had been `seconds` ago; less than nothing is still to come. */
const ago = (address: string, seconds: number, failures: number) =>
  admin().pool.query(
    "UPDATE sign_in_attempts SET failures = $3, failed_at = clock_timestamp() - make_interval(secs => $2) WHERE address = $1",
    [address, seconds, failures],
  );

describe("the delay of an (address, account)", () => {
  test("is nothing for two failures, then doubles from one second to five minutes", () => {
    const delays = Array.from({ length: 14 }, (_, i) => delayAfter(i + 1));
    expect(delays).toEqual([0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300]);
  });

  test.each([3, 4, 5, 9, 12, 50, 100])(
    "after %i failures is kept to by the database as the rule says it",
    async (failures) => {
      const address = place();
      await wrong(address);
      await ago(address, delayAfter(failures) - 20, failures);
      expect(await wrong(address)).toEqual({ ok: false, judged: false, retryAfterSeconds: 20 });
      await ago(address, delayAfter(failures), failures);
      const next = delayAfter(Math.min(failures + 1, 100));
      expect(await wrong(address)).toEqual({ ok: false, judged: true, retryAfterSeconds: next });
    },
  );

  test("holds back the right password too, which is then not even looked at", async () => {
    const address = place();
    for (let i = 0; i < 3; i++) await wrong(address);
    await ago(address, -20, 3);
    expect(await right(address)).toMatchObject({ ok: false, judged: false });
  });

  test("locks nobody out: from another address the person signs in at once, whatever a stranger does", async () => {
    const stranger = place();
    for (let i = 0; i < 10; i++) await wrong(stranger);
    await ago(stranger, -20, 100);
    expect(await right(place())).toMatchObject({ ok: true });
    expect(await right(stranger)).toMatchObject({ ok: false, judged: false });
    expect(await wrong(stranger, "somebody.else@example.test")).toMatchObject({ judged: true, retryAfterSeconds: 0 });
  });

  test("cannot be outrun: of forty tries at once three are judged", async () => {
    const address = place();
    const results = await Promise.all(Array.from({ length: 40 }, () => wrong(address)));
    expect(results.filter((r) => !r.ok && r.judged)).toHaveLength(3);
  });

  test("is the same for a person who does not exist", async () => {
    const address = place();
    const results = [];
    for (let i = 0; i < 3; i++) results.push(await wrong(address, "nobody@example.test"));
    expect(results.map((r) => !r.ok && r.retryAfterSeconds)).toEqual([0, 0, 1]);
  });

  test("is forgotten by a sign-in that worked, and after an hour without a try", async () => {
    const address = place();
    for (let i = 0; i < 2; i++) await wrong(address);
    expect(await right(address)).toMatchObject({ ok: true });
    expect(await wrong(address)).toMatchObject({ retryAfterSeconds: 0 });
    await ago(address, 3601, 100);
    expect(await wrong(address)).toMatchObject({ judged: true, retryAfterSeconds: 0 });
  });

  test("is counted for an account however it is written", async () => {
    const address = place();
    await wrong(address, olu.email.toUpperCase());
    await wrong(address, ` ${olu.email}`);
    expect(await wrong(address)).toMatchObject({ retryAfterSeconds: 1 });
  });

  test("of tries that nobody repeats is swept away after a day", async () => {
    const [old, now] = [place(), place()];
    await wrong(old, "nobody@example.test");
    await ago(old, 86_401, 1);
    await right(now);
    const { rows } = await admin().pool.query("SELECT FROM sign_in_attempts WHERE address = $1", [old]);
    expect(rows).toHaveLength(0);
  });
});

test.each([
  ["192.0.2.1", "192.0.2.1"],
  ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
  ["2001:DB8:1:2::9", "2001:db8:1:2::/64"],
  ["2001:db8::9", "2001:db8:0:0::/64"],
  ["2001:0db8:0000:0000:ffff::", "2001:db8:0:0::/64"],
  ["::1", "0:0:0:0::/64"],
  ["", ""],
])("tries from %j are counted as from %j: one customer has a whole /64", (address, expected) => {
  expect(source(address)).toBe(expected);
});
