import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { addPerson } from "#server/domain/identity/add-person.ts";
import { ACCOUNT_DELAY_MAX_SECONDS, delayAfter, FREE_ACCOUNT_FAILURES, source } from "#server/domain/identity/rules.ts";
import type { SignInResult } from "#server/domain/identity/sign-in.ts";
import { signIn } from "#server/domain/identity/sign-in.ts";
import { newToken } from "#server/domain/ids.ts";
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

const EVERYWHERE = "everywhere";
/** What strangers tried before has no part in the next test. */
beforeEach(async () => {
  await admin().pool.query("DELETE FROM sign_in_attempts WHERE address = $1", [EVERYWHERE]);
});

let places = 0;
const place = () => `192.0.2.${++places}`;
const attempt = (email: string, password: string, address: string): Promise<SignInResult> =>
  signIn({ email, password, address, userAgent: "", requestId: "r", idleMinutes: 120, absoluteHours: 24 });
/** From a browser whose device cookie this is. */
const attemptFrom = (presented: string | null, email: string, password: string, address = place()) =>
  signIn({
    email,
    password,
    address,
    userAgent: "",
    requestId: "r",
    idleMinutes: 120,
    absoluteHours: 24,
    device: { presented, fresh: newToken() },
  });
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

describe("the delay of an account over all addresses", () => {
  const many = (failures: number, account: string, secondsAgo = 0, key = EVERYWHERE) =>
    admin().pool.query(
      `INSERT INTO sign_in_attempts VALUES ($1, $2, $3, clock_timestamp() - make_interval(secs => $4))
       ON CONFLICT (address, account) DO UPDATE SET failures = excluded.failures, failed_at = excluded.failed_at`,
      [key, account, failures, secondsAgo],
    );

  test("is nothing for twenty failures, then doubles up to a minute: fewer than a hundred guesses an hour", () => {
    const delays = Array.from({ length: 30 }, (_, i) =>
      delayAfter(i + 1, FREE_ACCOUNT_FAILURES, ACCOUNT_DELAY_MAX_SECONDS),
    );
    expect(delays).toEqual([...Array(20).fill(0), 1, 2, 4, 8, 16, 32, 60, 60, 60, 60]);
    let [guesses, seconds] = [0, 0];
    while (seconds < 3600) seconds += delayAfter(++guesses, FREE_ACCOUNT_FAILURES, ACCOUNT_DELAY_MAX_SECONDS);
    expect(guesses).toBeLessThan(100);
  });

  test("holds back guesses from ever new addresses, of a person and of nobody alike", async () => {
    const ada = await makeAccount(world, "decider");
    for (const email of [ada.email, "nobody.at.all@example.test"]) {
      const results = [];
      for (let i = 0; i < 23; i++) results.push(await wrong(place(), email));
      expect(results.map((r) => !r.ok && r.judged)).toEqual([...Array(21).fill(true), false, false]);
      expect(results.slice(0, 21).map((r) => !r.ok && r.retryAfterSeconds)).toEqual([...Array(20).fill(0), 1]);
    }
  });

  test("does not count what one address has tried before its time", async () => {
    const ada = await makeAccount(world, "decider");
    const address = place();
    for (let i = 0; i < 30; i++) await wrong(address, ada.email);
    expect(await attempt(ada.email, ada.password, place())).toMatchObject({ ok: true });
  });

  test("lets its owner in from a device of theirs, and from no other that says so", async () => {
    const ada = await makeAccount(world, "decider");
    const other = await makeAccount(world, "decider");
    const tokens = [newToken(), newToken()] as const;
    for (const [i, account] of [ada, other].entries())
      await signIn({
        ...account,
        address: place(),
        userAgent: "",
        requestId: "r",
        idleMinutes: 120,
        absoluteHours: 24,
        device: { presented: null, fresh: tokens[i] as string },
      });
    await many(50, ada.email);
    for (const device of [null, newToken(), tokens[1]])
      expect(await attemptFrom(device, ada.email, ada.password)).toMatchObject({ ok: false, judged: false });
    expect(await attemptFrom(tokens[0], ada.email, ada.password)).toMatchObject({ ok: true });
  });

  test("counts a device by itself, so that a copied cookie guesses no more than a stranger", async () => {
    const ada = await makeAccount(world, "decider");
    const token = newToken();
    const here = { address: place(), userAgent: "", requestId: "r", idleMinutes: 120, absoluteHours: 24 };
    await signIn({ ...ada, ...here, device: { presented: null, fresh: token } });
    const results = [];
    for (let i = 0; i < 22; i++) results.push(await attemptFrom(token, ada.email, "wrong"));
    expect(results.map((r) => !r.ok && r.judged)).toEqual([...Array(21).fill(true), false]);
    expect(await wrong(place(), ada.email)).toMatchObject({ judged: true, retryAfterSeconds: 0 });
  });

  test("is not made longer by a sign-in that works, and a try that waits is no failure of its address", async () => {
    const ada = await makeAccount(world, "decider");
    await many(FREE_ACCOUNT_FAILURES, ada.email);
    expect(await attempt(ada.email, ada.password, place())).toMatchObject({ ok: true });
    expect(await attempt(ada.email, ada.password, place())).toMatchObject({ ok: true });
    await many(50, ada.email);
    const address = place();
    for (let i = 0; i < 5; i++) expect(await wrong(address, ada.email)).toMatchObject({ judged: false });
    await many(50, ada.email, 61);
    expect(await attempt(ada.email, ada.password, address)).toMatchObject({ ok: true });
  });
});

describe("one answer", () => {
  test("is given for an unknown person, a wrong password, a disabled and a frozen account, and a password that is too long", async () => {
    const [disabled, frozen, long] = [
      await makeAccount(world, "decider"),
      await makeAccount(world, "decider"),
      await makeAccount(world, "decider"),
    ];
    await admin().pool.query("UPDATE people SET disabled_at = now() WHERE id = $1", [disabled.personId]);
    await admin().pool.query("UPDATE people SET frozen_at = now() WHERE id = $1", [frozen.personId]);
    const answers = [
      await wrong(place(), "nobody@example.test"),
      await wrong(place()),
      await attempt(disabled.email, disabled.password, place()),
      await attempt(frozen.email, frozen.password, place()),
      await attempt(long.email, `${long.password}${"x".repeat(300)}`, place()),
    ];
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
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

test.each([64, 256])("a password of %i characters lets in by all of them", async (length) => {
  const [email, password] = [`long${length}@example.test`, "ñ aß".repeat(length / 4)];
  await addPerson(await world.system(), { email, name: "Long", password });
  for (const other of [password.slice(0, -1), `${password}x`, password.slice(0, 60)])
    expect(await attempt(email, other, place())).toMatchObject({ ok: false });
  expect(await attempt(email, password, place())).toMatchObject({ ok: true });
});
