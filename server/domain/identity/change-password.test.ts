import { beforeAll, describe, expect, test } from "vitest";
import { addPerson } from "#server/domain/identity/add-person.ts";
import { changePassword } from "#server/domain/identity/change-password.ts";
import { callerOfSession } from "#server/domain/identity/find-caller.ts";
import { signIn } from "#server/domain/identity/sign-in.ts";
import { switchTenant } from "#server/domain/identity/switch-tenant.ts";
import { tokenHash } from "#server/domain/ids.ts";
import type { Account } from "#server/testing/http.ts";
import { makeAccount } from "#server/testing/http.ts";
import type { World } from "#server/testing/world.ts";
import { bindTestDatabase, makeTenant } from "#server/testing/world.ts";

const { admin } = bindTestDatabase();
let world: World;
let other: World;
beforeAll(async () => {
  [world, other] = [await makeTenant(), await makeTenant()];
});

const sql = async (text: string, values: unknown[] = []) => (await admin().pool.query(text, values)).rows;
const place = { address: "10.0.0.1", userAgent: "x", requestId: "r", idleMinutes: 120, absoluteHours: 24 };
const facts = { requestId: "r", correlationId: "r", address: "10.0.0.1", locale: null };
const who = (token: string) => callerOfSession(tokenHash(token), 120, facts);
const from = { address: "10.0.0.1", device: null };
const NEXT = "an entirely new sentence";

async function open({ email, password }: Account) {
  const result = await signIn({ email, password, ...place });
  if (!result.ok) throw new Error("sign-in was refused");
  const caller = await who(result.token);
  if (!caller) throw new Error("the session is nobody's");
  return { token: result.token, caller };
}

/** A member of both tenants, with a session in each. */
async function ofBoth() {
  const account = await makeAccount(world, "decider");
  await addPerson(await other.system(), { email: account.email, name: "Both" });
  const here = await open(account);
  const there = await open(account);
  return { account, here, there: await switchTenant(there.caller, other.tenantId, place) };
}

describe("a change of password", () => {
  test("lets in by the new one alone, and replaces the token of the session that asked", async () => {
    const account = await makeAccount(world, "decider");
    const { token, caller } = await open(account);
    const changed = await changePassword(caller, { current: account.password, password: NEXT }, from);
    expect([await who(token), (await who(changed.token))?.sessionId]).toEqual([null, caller.sessionId]);
    expect(await signIn({ ...place, ...account })).toMatchObject({ ok: false });
    expect(await signIn({ ...place, ...account, password: NEXT })).toMatchObject({ ok: true });
  });

  test("ends every other session of theirs in all of their tenants, each in the audit of its own", async () => {
    const { account, here, there } = await ofBoth();
    const second = await open(account);
    const { ended, token } = await changePassword(here.caller, { current: account.password, password: NEXT }, from);
    expect(ended).toBe(2);
    expect([await who(second.token), await who(there.token)]).toEqual([null, null]);
    expect(await who(token)).not.toBeNull();
    const rows = await sql(
      "SELECT a.tenant_id FROM audit_logs a JOIN user_sessions s ON s.id = a.target_id WHERE a.action = 'session.revoked' AND s.person_id = $1 ORDER BY 1",
      [account.personId],
    );
    expect(rows.map((r) => r.tenant_id)).toEqual([world.tenantId, other.tenantId].sort());
  });

  test("leaves them where it is asked to", async () => {
    const { account, here, there } = await ofBoth();
    const input = { current: account.password, password: NEXT, elsewhere: false };
    expect(await changePassword(here.caller, input, from)).toMatchObject({ ended: 0 });
    expect(await who(there.token)).not.toBeNull();
  });

  test("asks for the current one: another is refused, counted as at sign-in, and changes nothing", async () => {
    const account = await makeAccount(world, "decider");
    const { caller, token } = await open(account);
    const wrong = () => changePassword(caller, { current: "not the password", password: NEXT }, from);
    for (let i = 0; i < 3; i++) await expect(wrong()).rejects.toMatchObject({ code: "password.wrong" });
    await expect(changePassword(caller, { current: account.password, password: NEXT }, from)).rejects.toMatchObject({
      code: "password.wait",
      facts: { seconds: expect.any(Number) },
    });
    expect(await who(token)).not.toBeNull();
    expect(await signIn({ ...place, ...account, address: "10.9.9.9" })).toMatchObject({ ok: true });
  });

  test.each([
    ["password1", "password.common"],
    ["Countersign1", "password.personal"],
    ["short", "input.invalid"],
  ])("to %s is refused as %s", async (password, code) => {
    const account = await makeAccount(world, "decider");
    const { caller } = await open(account);
    await expect(changePassword(caller, { current: account.password, password }, from)).rejects.toMatchObject({ code });
    await expect(
      changePassword(caller, { current: account.password, password: account.password }, from),
    ).rejects.toMatchObject({ code: "password.unchanged" });
  });

  test("of several at a time is one", async () => {
    const account = await makeAccount(world, "decider");
    const { caller } = await open(account);
    const tries = await Promise.allSettled(
      [1, 2, 3].map((n) => changePassword(caller, { current: account.password, password: `${NEXT} ${n}` }, from)),
    );
    expect(tries.filter((t) => t.status === "fulfilled")).toHaveLength(1);
  });

  test("is not outlived by a sign-in with the old one, however close they come", async () => {
    for (let round = 0; round < 6; round++) {
      const account = await makeAccount(world, "decider");
      const { caller } = await open(account);
      const entering = [1, 2, 3].map((n) => signIn({ ...place, ...account, address: `10.1.${round}.${n}` }));
      const [changed, ...entered] = await Promise.allSettled([
        changePassword(caller, { current: account.password, password: NEXT }, from),
        ...entering,
      ]);
      expect(changed.status).toBe("fulfilled");
      for (const result of entered)
        if (result.status === "fulfilled" && result.value.ok) expect(await who(result.value.token)).toBeNull();
    }
  });

  test("is told by mail and kept in the audit, and neither holds a password", async () => {
    const account = await makeAccount(world, "decider");
    const { caller } = await open(account);
    await changePassword(caller, { current: account.password, password: NEXT }, from);
    const messages = await sql("SELECT template, to_email, text FROM messages WHERE to_person_id = $1", [
      account.personId,
    ]);
    expect(messages).toMatchObject([{ template: "passwordChanged", to_email: account.email }]);
    expect(messages[0].text).toContain("10.0.0.1");
    const audit = await sql(
      "SELECT class FROM audit_logs WHERE action = 'person.password_changed' AND target_id = $1",
      [account.personId],
    );
    expect(audit).toEqual([{ class: "SECURITY" }]);
    const tables = await sql(
      "SELECT table_name AS t FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'",
    );
    for (const { t } of tables)
      for (const secret of [account.password, NEXT])
        expect(await sql(`SELECT FROM "${t}" x WHERE strpos(x::text, $1) > 0`, [secret])).toHaveLength(0);
  });
});
