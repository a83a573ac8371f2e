import { beforeAll, describe, expect, test } from "vitest";
import type { Caller } from "#server/domain/caller.ts";
import { addPerson } from "#server/domain/identity/add-person.ts";
import { changePassword } from "#server/domain/identity/change-password.ts";
import { callerOfSession, watchSession } from "#server/domain/identity/find-caller.ts";
import { linkByToken } from "#server/domain/identity/find-link.ts";
import { beginSession } from "#server/domain/identity/open-session.ts";
import { reportSignIn } from "#server/domain/identity/report-sign-in.ts";
import { DEVICES_MAX } from "#server/domain/identity/rules.ts";
import { signIn } from "#server/domain/identity/sign-in.ts";
import { switchTenant } from "#server/domain/identity/switch-tenant.ts";
import { newToken, tokenHash, uuidv7 } from "#server/domain/ids.ts";
import { sealContext } from "#server/domain/messaging/send-message.ts";
import { unseal } from "#server/platform/seals.ts";
import type { Account } from "#server/testing/http.ts";
import { makeAccount } from "#server/testing/http.ts";
import type { World } from "#server/testing/world.ts";
import { again, bindTestDatabase, makeTenant } from "#server/testing/world.ts";

const { admin } = bindTestDatabase();
let world: World;
let other: World;
beforeAll(async () => {
  [world, other] = [await makeTenant(), await makeTenant()];
});

const sql = async (text: string, values: unknown[] = []) => (await admin().pool.query(text, values)).rows;
const FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0";
const FIREFOX_NEXT = FIREFOX.replaceAll("143.0", "144.0");
const CHROME =
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36";
const HOME = "192.0.2.1";
const AWAY = "198.51.100.7";
const facts = { requestId: "r", correlationId: "r", address: null, locale: null };
const place = { requestId: "r", idleMinutes: 120, absoluteHours: 24 };
const who = (token: string) => callerOfSession(tokenHash(token), 120, facts);

/** A browser with its cookie, as it is kept between sign-ins. */
class Device {
  cookie: string | null = null;
  readonly userAgent: string;
  readonly address: string;
  constructor(userAgent = FIREFOX, address = HOME) {
    this.userAgent = userAgent;
    this.address = address;
  }
  async enter({ email, password }: Account, userAgent = this.userAgent): Promise<string> {
    const fresh = newToken();
    const device = { presented: this.cookie, fresh };
    const result = await signIn({ ...place, email, password, userAgent, address: this.address, device });
    if (!result.ok) throw new Error("sign-in was refused");
    this.cookie = fresh;
    return result.token;
  }
}

async function told({ email }: Account): Promise<{ text: string; token: string }[]> {
  const rows = await sql(
    `SELECT m.tenant_id, m.id, m.text, s.sealed FROM messages m JOIN message_secrets s ON s.tenant_id = m.tenant_id AND s.message_id = m.id
     WHERE m.to_email = $1 AND m.template = 'newDevice' ORDER BY m.id`,
    [email],
  );
  return rows.map(({ tenant_id, id, text, sealed }) => {
    const link = unseal(sealed, sealContext(tenant_id, id, "link")) ?? "";
    return { text, token: new URL(link).searchParams.get("token") as string };
  });
}

describe("a sign-in from a device that was not seen before", () => {
  test("is told by mail with browser, system, address and time; the very first is not", async () => {
    const account = await makeAccount(world, "decider");
    await new Device(FIREFOX, HOME).enter(account);
    expect(await told(account)).toEqual([]);
    await new Device(CHROME, AWAY).enter(account);
    const [mail, ...more] = await told(account);
    expect(more).toEqual([]);
    for (const part of ["Chrome 140", "Windows", AWAY, "UTC"]) expect(mail?.text).toContain(part);
  });

  test("is none from a browser with its cookie, wherever it is and whatever its version", async () => {
    const account = await makeAccount(world, "decider");
    const laptop = new Device();
    await laptop.enter(account);
    const away = Object.assign(new Device(FIREFOX, AWAY), { cookie: laptop.cookie });
    await away.enter(account);
    await away.enter(account, FIREFOX_NEXT);
    await away.enter(account, CHROME);
    expect(await told(account)).toEqual([]);
  });

  test("is none where one like it stood before: a private window at the same address", async () => {
    const account = await makeAccount(world, "decider");
    await new Device().enter(account);
    await new Device(FIREFOX_NEXT).enter(account);
    expect(await told(account)).toEqual([]);
    await new Device(FIREFOX, AWAY).enter(account);
    await new Device(CHROME, HOME).enter(account);
    expect(await told(account)).toHaveLength(2);
  });

  test("is one for each of the people who share a browser, and its cookie stays good for all of them", async () => {
    const [ada, bea] = [await makeAccount(world, "decider"), await makeAccount(world, "decider")];
    const [shared, phone] = [new Device(CHROME, AWAY), new Device(FIREFOX, HOME)];
    for (const account of [ada, bea]) await phone.enter(account);
    for (const account of [ada, bea, ada, bea]) await shared.enter(account);
    expect([(await told(ada)).length, (await told(bea)).length]).toEqual([1, 1]);
  });

  test("is one with a cookie that was copied before the last sign-in, or planted", async () => {
    const account = await makeAccount(world, "decider");
    const laptop = new Device();
    await laptop.enter(account);
    const copied = laptop.cookie;
    await laptop.enter(account);
    for (const cookie of [copied, newToken()]) {
      await Object.assign(new Device(CHROME, `203.0.113.${(await told(account)).length}`), { cookie }).enter(account);
      expect(await sql("SELECT FROM known_devices WHERE device_hash = $1", [tokenHash(cookie ?? "")])).toHaveLength(0);
    }
    expect(await told(account)).toHaveLength(2);
  });

  test("is remembered by a hash alone, and as many as there is room for", async () => {
    const account = await makeAccount(world, "decider");
    const last = new Device();
    for (let i = 0; i < DEVICES_MAX + 2; i++) await new Device().enter(account);
    await last.enter(account);
    const rows = await sql(
      "SELECT device_hash, row_to_json(d)::text AS cells FROM known_devices d WHERE person_id = $1",
      [account.personId],
    );
    expect(rows).toHaveLength(DEVICES_MAX);
    expect(rows.map((r) => r.device_hash)).toContain(tokenHash(last.cookie ?? ""));
    for (const { cells } of rows) expect(cells).not.toContain(last.cookie);
  });
});

describe("this was not me", () => {
  async function doubted() {
    const account = await makeAccount(world, "decider");
    await addPerson(await other.system(), { email: account.email, name: "Both" });
    const laptop = new Device();
    const mine = await laptop.enter(account);
    const caller = await who(await laptop.enter(account));
    const there = caller && (await switchTenant(caller, other.tenantId, { ...place, userAgent: "", address: HOME }));
    const theirs = await new Device(CHROME, AWAY).enter(account);
    const [mail] = await told(account);
    return { account, laptop, sessions: [mine, there?.token ?? "", theirs], token: mail?.token ?? "" };
  }
  const report = (token: string) => reportSignIn(token, { address: HOME, requestId: "r" });

  test("says which sign-in it was, and changes nothing by being looked at", async () => {
    const { token, sessions } = await doubted();
    for (let i = 0; i < 2; i++)
      expect(await linkByToken(token, "NOT_ME")).toMatchObject({
        status: "OPEN",
        session: { browser: expect.stringContaining("Chrome"), address: AWAY },
      });
    for (const session of sessions) expect(await who(session)).not.toBeNull();
  });

  test("ends that session and all others in every tenant, and freezes the account with the one answer", async () => {
    const { account, laptop, sessions, token } = await doubted();
    expect(await report(token)).toEqual({ ended: 3 });
    for (const session of sessions) expect(await who(session)).toBeNull();
    const refused = await signIn({ ...place, ...account, userAgent: FIREFOX, address: HOME });
    const unknown = await signIn({
      ...place,
      email: "nobody@example.test",
      password: "x",
      userAgent: "",
      address: HOME,
    });
    expect(refused).toEqual(unknown);
    await expect(laptop.enter(account)).rejects.toThrow("refused");
    expect(await sql("SELECT FROM known_devices WHERE person_id = $1", [account.personId])).toHaveLength(0);
  });

  test("still works after a new password, which may be theirs, and keeps what they have from moving to another tenant", async () => {
    const { account, sessions, token } = await doubted();
    const theirs = (await who(sessions[2] as string)) as Caller;
    const change = { current: account.password, password: "chosen by a stranger", elsewhere: false };
    const changed = await changePassword(theirs, change, { address: AWAY, device: null });
    expect(await linkByToken(token, "NOT_ME")).toMatchObject({ status: "OPEN" });
    const caller = (await who(changed.token)) as Caller;
    const moving = { ...place, userAgent: "", address: AWAY };
    const moved = (await who((await switchTenant(caller, other.tenantId, moving)).token)) as Caller;
    await report(token);
    await expect(beginSession(other.tenantId, { id: account.personId, name: "x" }, moving)).rejects.toMatchObject({
      code: "member.not_found",
    });
    expect(await watchSession(moved)).toBeNull();
  });

  test("takes away what was set up since that sign-in, which would outlive the new password, and nothing older", async () => {
    const { account, token } = await doubted();
    const passkey = (name: string, hours: number) =>
      sql(
        "INSERT INTO passkeys (id, person_id, credential_id, public_key, counter, transports, name, created_at) VALUES ($1, $2, $3, '', 0, '{}', $3, clock_timestamp() - make_interval(hours => $4))",
        [uuidv7(), account.personId, `${name} ${account.personId}`, hours],
      );
    await passkey("mine", 1);
    await passkey("theirs", 0);
    await sql("INSERT INTO totp_factors (person_id, sealed_secret, confirmed_at) VALUES ($1, '', now())", [
      account.personId,
    ]);
    await sql("INSERT INTO recovery_codes (person_id, code_hash) VALUES ($1, $2)", [
      account.personId,
      tokenHash("theirs"),
    ]);
    await report(token);
    const left = await sql(
      "SELECT name FROM passkeys WHERE person_id = $1 UNION ALL SELECT 'app' FROM totp_factors WHERE person_id = $1 UNION ALL SELECT 'code' FROM recovery_codes WHERE person_id = $1",
      [account.personId],
    );
    expect(left).toEqual([{ name: `mine ${account.personId}` }]);
  });

  test("stops what was started in their name: the worker finds nobody to act for until the password is another", async () => {
    const { account, token } = await doubted();
    const subject = { tenantId: world.tenantId, personId: account.personId, clientId: null };
    expect(await again(subject)).toMatchObject({ kind: "PERSON" });
    await report(token);
    expect(await again(subject)).toBeNull();
    await sql("UPDATE people SET frozen_at = NULL WHERE id = $1", [account.personId]);
    expect(await again(subject)).toMatchObject({ kind: "PERSON" });
  });

  test("works once, also of many at a time, and not after seven days", async () => {
    const { token } = await doubted();
    const tries = await Promise.allSettled([1, 2, 3].map(() => report(token)));
    expect(tries.filter((t) => t.status === "fulfilled")).toHaveLength(1);
    expect(await linkByToken(token, "NOT_ME")).toMatchObject({ status: "USED" });
    const later = await doubted();
    await sql("UPDATE account_links SET expires_at = clock_timestamp() WHERE token_hash = $1", [
      tokenHash(later.token),
    ]);
    for (const given of [later.token, newToken()])
      await expect(report(given)).rejects.toMatchObject({ code: "link.not_found" });
  });
});
