import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { askAccess } from "#server/domain/access/ask-access.ts";
import { assignRole } from "#server/domain/access/assign-role.ts";
import { newRequestId } from "#server/domain/caller.ts";
import { commands } from "#server/domain/command.ts";
import { isFresh } from "#server/domain/identity/rules.ts";
import "#server/api/root.ts";
import "#server/domain/people/invite-person.ts";
import "#server/domain/people/resend-invitation.ts";
import { addPerson } from "#server/domain/identity/add-person.ts";
import { setSessionLimits } from "#server/domain/sessions/set-limits.ts";
import type { Account, Browser } from "#server/testing/http.ts";
import { makeAccount, signedIn } from "#server/testing/http.ts";
import type { World } from "#server/testing/world.ts";
import { bindTestDatabase, makeTenant } from "#server/testing/world.ts";

const { admin } = bindTestDatabase();
let world: World;
beforeAll(async () => {
  world = await makeTenant();
});

const sql = async (text: string, values: unknown[] = []) => (await admin().pool.query(text, values)).rows;
/** As if they had proven who they are so many minutes ago. */
const proven = (personId: string, minutes: number) =>
  sql(
    "UPDATE user_sessions SET proven_at = clock_timestamp() - make_interval(secs => $2) WHERE person_id = $1 AND status = 'ACTIVE'",
    [personId, minutes * 60],
  );

async function administrator(minutes: number): Promise<{ account: Account; browser: Browser }> {
  const account = await makeAccount(world, "administrator");
  const browser = await signedIn(account);
  await proven(account.personId, minutes);
  return { account, browser };
}
const grant = async () => {
  const { personId } = await makeAccount(world, null);
  return { personId, role: "reader", scopeId: world.rootId };
};
const codeOf = (said: { status: number; body: { error?: { data: { code: string } } } }) =>
  said.status === 200 ? 200 : said.body.error?.data.code;

describe("S9 a step-up expires by its own clock", () => {
  test("to the millisecond, by the rule", () => {
    fc.assert(
      fc.property(fc.nat(10 ** 13), fc.integer({ min: 1, max: 1440 }), (at, minutes) => {
        const end = at + minutes * 60_000;
        expect([isFresh(at, minutes, end - 1), isFresh(at, minutes, end)]).toEqual([true, false]);
      }),
    );
    expect(isFresh(null, 15)).toBe(false);
  });

  test("whatever a session is used for meanwhile, nothing but a proof renews it", async () => {
    const elsewhere = await makeTenant();
    const { account, browser } = await administrator(14);
    await addPerson(await elsewhere.system(), { email: account.email, name: "x" });
    await assignRole(await elsewhere.system(), {
      personId: account.personId,
      role: "administrator",
      scopeId: elsewhere.rootId,
    });
    const deeds = {
      read: () => browser.query("people.list", {}),
      write: () => browser.mutate("profile.update", { name: newRequestId(), language: null, timeZone: null }),
      narrow: () => browser.mutate("sessions.narrow", { scopeId: world.orgs.ca }),
      widen: () => browser.mutate("sessions.narrow", { scopeId: null }),
      leave: () => browser.mutate("sessions.switchTenant", { tenantId: elsewhere.tenantId }),
      return: () => browser.mutate("sessions.switchTenant", { tenantId: world.tenantId }),
      wrong: () => browser.mutate("sessions.stepUp", { password: "not it" }),
    };
    const asked = fc.array(fc.constantFrom(...(Object.keys(deeds) as (keyof typeof deeds)[])), { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(asked, async (names) => {
        for (const name of names) await deeds[name]();
        const [{ age }] = (await sql(
          "SELECT extract(epoch FROM clock_timestamp() - coalesce(proven_at, created_at))::float8 AS age FROM user_sessions WHERE person_id = $1 AND status = 'ACTIVE'",
          [account.personId],
        )) as [{ age: number }];
        expect(age).toBeGreaterThan(14 * 60 - 1);
      }),
      { numRuns: 25 },
    );
  });

  test("a session is fresh at its beginning, and asked after the time of the setting", async () => {
    const { account, browser } = await administrator(14.9);
    expect(codeOf(await browser.mutate("access.assign", await grant()))).toBe(200);
    await proven(account.personId, 15);
    expect(codeOf(await browser.mutate("access.assign", await grant()))).toBe("session.step_up_required");
  });
});

describe("a step-up", () => {
  test("is asked for by name, with what they can prove it by, and leaves nothing behind; then the same request goes through once", async () => {
    const { account, browser } = await administrator(16);
    const input = await grant();
    const key = { "idempotency-key": newRequestId() };
    const refused = await browser.mutate("access.assign", input, key);
    expect(refused.body.error.data).toMatchObject({
      httpStatus: 403,
      code: "session.step_up_required",
      facts: { proofs: ["password"] },
    });
    expect(await sql("SELECT FROM idempotency_records WHERE key = $1", [key["idempotency-key"]])).toEqual([]);
    expect(codeOf(await browser.mutate("sessions.stepUp", { password: account.password }))).toBe(200);
    const first = await browser.mutate("access.assign", input, key);
    expect([first.status, (await browser.mutate("access.assign", input, key)).body]).toEqual([200, first.body]);
    expect(await sql("SELECT FROM assignments WHERE person_id = $1", [input.personId])).toHaveLength(1);
  });

  test("replaces the token: the one before is dead at once, the session and its absolute end go on", async () => {
    const { account, browser } = await administrator(16);
    const before = new Map(browser.cookies);
    const [row] = await sql("SELECT id, absolute_expires_at FROM user_sessions WHERE person_id = $1", [
      account.personId,
    ]);
    await browser.mutate("sessions.stepUp", { password: account.password });
    const after = new Map(browser.cookies);
    browser.cookies.clear();
    for (const [name, value] of before) browser.cookies.set(name, value);
    expect((await browser.query("access.whoAmI", {})).status).toBe(401);
    for (const [name, value] of after) browser.cookies.set(name, value);
    expect((await browser.query("access.whoAmI", {})).status).toBe(200);
    const live = "SELECT id, absolute_expires_at FROM user_sessions WHERE person_id = $1 AND status = 'ACTIVE'";
    expect(await sql(live, [account.personId])).toEqual([row]);
    const audited = await sql("SELECT action, after FROM audit_logs WHERE target_id = $1 ORDER BY id DESC LIMIT 1", [
      row?.id,
    ]);
    expect(audited).toEqual([{ action: "session.proven", after: { by: ["password"] } }]);
  });

  test("counts its tries as a sign-in does, and holds back the right password too", async () => {
    const { account, browser } = await administrator(16);
    const wrong = () => browser.mutate("sessions.stepUp", { password: "not it" });
    expect(codeOf(await wrong())).toBe("session.proof_wrong");
    expect(codeOf(await wrong())).toBe("session.proof_wrong");
    expect(codeOf(await wrong())).toBe("session.proof_wrong");
    await sql("UPDATE sign_in_attempts SET failed_at = clock_timestamp() + interval '1 minute' WHERE account = $1", [
      account.email,
    ]);
    const held = await browser.mutate("sessions.stepUp", { password: account.password });
    expect([held.status, codeOf(held)]).toEqual([429, "session.too_soon"]);
    expect(Number(held.headers.get("retry-after"))).toBeGreaterThan(0);
  });

  test("is not asked of who may not do it anyway, nor of programs and clients", async () => {
    const account = await makeAccount(world, "reader");
    const browser = await signedIn(account);
    await proven(account.personId, 16);
    expect(codeOf(await browser.mutate("access.assign", await grant()))).toBe("access.denied");
    await expect(assignRole(await world.system(), await grant())).resolves.toMatchObject({ id: expect.any(String) });
  });

  test("is asked for where approving gives access: alone, in a set and in a bulk; not where it is refused, and of no other request", async () => {
    const { account, browser } = await administrator(16);
    const asks = async () =>
      (await askAccess(await world.person(null), { role: "reader", scopeId: world.orgs.ca, hours: 1, reason: "x" })).id;
    const [id, other] = [await asks(), await asks()];
    const [plain] = await world.approvals(1);
    const decide = (decision: string, of = id) =>
      browser.mutate("approvals.decide", { id: of, decision, comment: "As asked." });
    const bulk = async () => {
      const draft = (await browser.mutate("bulks.draft", { ids: [id] })).body.result.data.id;
      return browser.mutate("bulks.start", { id: draft, decision: "APPROVE" });
    };
    const set = () => browser.mutate("approvals.decideSet", { ids: [plain, id], decision: "APPROVE" });
    for (const call of [() => decide("APPROVE"), set, bulk])
      expect(codeOf(await call())).toBe("session.step_up_required");
    expect(codeOf(await decide("REJECT", other))).toBe(200);
    expect(codeOf(await decide("APPROVE", plain))).toBe(200);
    await browser.mutate("sessions.stepUp", { password: account.password });
    expect(codeOf(await decide("APPROVE"))).toBe(200);
  });

  test("of a bulk is asked for beyond what the tenant says", async () => {
    const { account, browser } = await administrator(16);
    await world.approvals(3);
    const draft = async () => (await browser.mutate("bulks.draft", { filter: {} })).body.result.data.id;
    const start = async () => browser.mutate("bulks.start", { id: await draft(), decision: "APPROVE" });
    expect(codeOf(await start())).toBe(200);
    await world.approvals(3);
    const limits = { idleMinutes: null, absoluteHours: null, concurrent: null, stepUpBulk: 2, version: 0 };
    await setSessionLimits(await world.person("administrator"), limits);
    expect(codeOf(await start())).toBe("session.step_up_required");
    const ids = [newRequestId(), newRequestId(), newRequestId()];
    const decide = (some: string[]) => browser.mutate("approvals.decideSet", { ids: some, decision: "APPROVE" });
    expect([codeOf(await decide(ids)), codeOf(await decide(ids.slice(1)))]).toEqual(["session.step_up_required", 200]);
    await browser.mutate("sessions.stepUp", { password: account.password });
    expect(codeOf(await start())).toBe(200);
  });
});

test("what asks for one is a closed list", () => {
  expect([...commands].flatMap(([name, { stepUp }]) => (stepUp ? [`${name} ${stepUp}`] : [])).sort()).toEqual([
    "access.assign always",
    "access.changeRole always",
    "access.createRole always",
    "access.deleteRole always",
    "access.revoke always",
    "approvals.decide sometimes",
    "approvals.decideOne sometimes",
    "bulks.retry sometimes",
    "bulks.start sometimes",
    "factors.addPasskey always",
    "factors.beginPasskey always",
    "factors.beginTotp always",
    "factors.confirmTotp always",
    "factors.removePasskey always",
    "factors.removeTotp always",
    "factors.renewRecoveryCodes always",
    "messages.reveal always",
    "people.invite sometimes",
    "people.resend always",
    "people.setStatus always",
    "policies.put always",
    "serviceClients.issueToken always",
    "serviceClients.rotateToken always",
    "serviceClients.setStatus always",
    "sessions.revoke always",
    "sessions.revokeFrozen always",
    "sessions.setLimits always",
  ]);
});
