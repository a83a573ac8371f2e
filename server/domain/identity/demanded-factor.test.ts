import { beforeEach, describe, expect, test } from "vitest";
import { listApprovals } from "#server/domain/approvals/queries.ts";
import { watchSession } from "#server/domain/identity/find-caller.ts";
import { accountWithPasskey, accountWithTotp, codeAt, data, restFactors, told } from "#server/testing/factors.ts";
import type { Account, Browser } from "#server/testing/http.ts";
import { makeAccount, signedIn } from "#server/testing/http.ts";
import { openSessionOf } from "#server/testing/sessions.ts";
import type { World } from "#server/testing/world.ts";
import { bindTestDatabase, makeTenant } from "#server/testing/world.ts";

const { admin } = bindTestDatabase();
const sql = async (text: string, values: unknown[] = []) => (await admin().pool.query(text, values)).rows;
const NONE = { idleMinutes: null, absoluteHours: null, concurrent: null, stepUpBulk: null };
let world: World;
/** Administers the tenant, and has an app. */
let ana: Awaited<ReturnType<typeof accountWithTotp>>;
let vera: { account: Account; browser: Browser };

beforeEach(async () => {
  world = await makeTenant();
  ana = await accountWithTotp(world, sql);
  const account = await makeAccount(world, "decider");
  vera = { account, browser: await signedIn(account) };
});

async function demand(secondFactor: boolean, of = world, by = ana.browser): Promise<string> {
  const [row] = await sql("SELECT version FROM session_limits WHERE tenant_id = $1", [of.tenantId]);
  return told(await by.mutate("sessions.setLimits", { ...NONE, secondFactor, version: row?.version ?? 0 }));
}
const reads = async (browser: Browser) => told(await browser.query("approvals.list", {}));

describe("a second factor that a tenant demands", () => {
  test("leaves who has none, in every open session, what is about themselves: setting one up, after which they go on at once", async () => {
    expect([await reads(vera.browser), await demand(true)]).toEqual(["ok", "ok"]);
    expect(await reads(vera.browser)).toBe("session.second_factor_required");
    for (const [name, input] of [
      ["approvals.submit", { items: [{ type: "plain", orgId: world.orgs.ca, title: "One" }] }],
      ["approvals.decide", { ids: [ana.account.personId], decision: "APPROVE" }],
      ["access.ask", { role: "decider", scopeId: world.rootId, hours: 1, reason: "Please" }],
    ] as const)
      expect([name, told(await vera.browser.mutate(name, input))]).not.toEqual([name, "ok"]);
    expect(data(await vera.browser.query("access.whoAmI", {}))).toMatchObject({ lacksFactor: true, permissions: [] });
    expect(told(await vera.browser.query("sessions.mine", {}))).toBe("ok");
    expect(await reads(ana.browser)).toBe("ok");

    const { secret } = data(await vera.browser.mutate("factors.beginTotp", {}));
    expect(await reads(vera.browser)).toBe("session.second_factor_required");
    expect(told(await vera.browser.mutate("factors.confirmTotp", { code: codeAt(secret) }))).toBe("ok");
    expect([await reads(vera.browser), await demand(false)]).toEqual(["ok", "ok"]);
  });

  test("is a passkey as well, is the tenant's alone, and holds no program up", async () => {
    const { browser } = await accountWithPasskey(world);
    await restFactors(sql, vera.account);
    await demand(true);
    const other = await makeTenant();
    const elsewhere = await signedIn(await makeAccount(other, "decider"));
    expect([await reads(browser), await reads(elsewhere)]).toEqual(["ok", "ok"]);
    expect((await listApprovals(await world.client(), {})).items).toEqual([]);
  });

  test("is demanded by nobody who has none, and is what a watched session lacks from then on", async () => {
    const olu = await makeAccount(world, "administrator");
    expect(await demand(true, world, await signedIn(olu))).toBe("session.second_factor_own");
    const open = await openSessionOf(world, vera.account.personId);
    expect((await watchSession(open))?.lacksFactor).toBeUndefined();
    await demand(true);
    expect(await watchSession(open)).toMatchObject({ lacksFactor: true, access: { grants: [] } });
  });
});
