import { beforeAll, describe, expect, test } from "vitest";
import { assignRole } from "#server/domain/access/assign-role.ts";
import { addPerson } from "#server/domain/identity/add-person.ts";
import { newToken, tokenHash, uuidv7 } from "#server/domain/ids.ts";
import { offerInvitation } from "#server/domain/people/invite-person.ts";
import type { Account } from "#server/testing/http.ts";
import { Browser, makeAccount, signedIn } from "#server/testing/http.ts";
import type { World } from "#server/testing/world.ts";
import { bindTestDatabase, makeTenant } from "#server/testing/world.ts";

bindTestDatabase();
let mine: World;
let other: World;
beforeAll(async () => {
  [mine, other] = [await makeTenant(), await makeTenant()];
});

const SESSION = "countersign.session";
const whoAmI = async (browser: Browser) => {
  const { status, body } = await browser.query("access.whoAmI", {});
  return status === 200 ? body.result.data : null;
};
/** The same browser as it was: a thief with its cookie. */
function copyOf(browser: Browser): Browser {
  const copy = new Browser();
  for (const [name, value] of browser.cookies) copy.cookies.set(name, value);
  return copy;
}

async function memberOfBoth(): Promise<Account> {
  const account = await makeAccount(mine, "decider");
  await addPerson(await other.system(), { email: account.email, name: "Both" });
  await assignRole(await other.system(), { personId: account.personId, role: "reader", scopeId: other.rootId });
  return account;
}

async function offered(email: string): Promise<string> {
  const token = newToken();
  await offerInvitation(await mine.system(), { email, name: "New", tokenHash: tokenHash(token) });
  return token;
}

describe("S5 switching the tenant", () => {
  test("brings a new cookie and ends the old one at once, in the tenant that was asked for", async () => {
    const browser = await signedIn(await memberOfBoth());
    const before = copyOf(browser);
    expect((await whoAmI(browser)).tenant.id).toBe(mine.tenantId);
    const places = (await browser.query("sessions.places", {})).body.result.data;
    expect(places.tenants.map((t: { id: string }) => t.id).sort()).toEqual([mine.tenantId, other.tenantId].sort());
    expect((await browser.mutate("sessions.switchTenant", { tenantId: other.tenantId })).status).toBe(200);
    expect(browser.set.at(-1)).toMatch(
      /^countersign\.session=[\w-]{43}; Path=\/; Max-Age=\d+; HttpOnly; SameSite=Lax$/,
    );
    expect(await whoAmI(browser)).toMatchObject({
      tenant: { id: other.tenantId },
      permissions: ["approvals:read", "policies:read"],
    });
    expect(await whoAmI(before)).toBeNull();
  });

  test("twice with one cookie has at most one successor", async () => {
    for (let i = 0; i < 3; i++) {
      const browser = await signedIn(await memberOfBoth());
      const twins = [copyOf(browser), copyOf(browser), copyOf(browser)];
      await Promise.all(twins.map((b) => b.mutate("sessions.switchTenant", { tenantId: other.tenantId })));
      expect((await Promise.all(twins.map(whoAmI))).filter(Boolean)).toHaveLength(1);
    }
  });

  test("to a tenant of others changes nothing", async () => {
    const browser = await signedIn(await makeAccount(mine, "administrator"));
    for (const tenantId of [other.tenantId, uuidv7()])
      expect((await browser.mutate("sessions.switchTenant", { tenantId })).status).toBe(404);
    expect((await whoAmI(browser)).tenant.id).toBe(mine.tenantId);
  });
});

describe("narrowing a session", () => {
  test("takes lists, counts and submissions to the organisation, and back", async () => {
    const world = await makeTenant();
    const [ca] = await world.approvals(1, { orgId: world.orgs.ca });
    await world.approvals(2, { orgId: world.orgs.ny });
    const browser = await signedIn(await makeAccount(world, "decider"));
    const total = async () => (await browser.query("approvals.count", {})).body.result.data.state.PENDING;
    const narrow = (scopeId: string | null) => browser.mutate("sessions.narrow", { scopeId });
    expect(await total()).toBe(3);
    expect((await narrow(world.orgs.ny)).status).toBe(200);
    expect(await total()).toBe(2);
    expect(await whoAmI(browser)).toMatchObject({ within: { code: "NY" }, scopes: [{ code: "NY" }] });
    expect((await browser.query("approvals.detail", { id: ca })).status).toBe(404);
    const made = await browser.mutate("approvals.submit", { type: "a", title: "b" });
    expect(made.body.result.data.approval.orgId).toBe(world.orgs.ny);
    expect((await browser.query("sessions.places", { q: "calif" })).body.result.data.scopes).toMatchObject([
      { code: "CA" },
    ]);
    expect((await narrow(null)).status).toBe(200);
    expect(await total()).toBe(4);
  });

  test("never widens: where nothing is held cannot be chosen, and the root is no choice", async () => {
    const browser = await signedIn(await makeAccount(mine, "decider", mine.orgs.ca));
    for (const scopeId of [mine.orgs.ny, mine.rootId, other.orgs.ca, uuidv7()])
      expect((await browser.mutate("sessions.narrow", { scopeId })).status).toBe(404);
    expect((await whoAmI(browser)).within).toBeNull();
  });
});

describe("the page of an invitation", () => {
  test("shows who is invited where to whoever has the link, and to nobody else that there is one", async () => {
    const email = `${uuidv7()}@example.test`;
    const token = await offered(email);
    const stranger = new Browser();
    const shown = await stranger.query("people.invitation", { token });
    expect(shown.body.result.data).toEqual({
      tenant: mine.code,
      email,
      name: "New",
      language: null,
      known: false,
      yours: false,
    });
    expect((await stranger.query("people.invitation", { token: newToken() })).status).toBe(404);
  });

  test("signs in whoever accepts it, and ends the session that the browser had", async () => {
    const browser = await signedIn(await makeAccount(other, "decider"));
    const before = copyOf(browser);
    const token = await offered(`${uuidv7()}@example.test`);
    expect((await browser.mutate("people.accept", { token, name: "Nia", password: "short" })).status).toBe(400);
    expect((await browser.mutate("people.accept", { token, name: "Nia" })).status).toBe(400);
    expect((await browser.mutate("people.accept", { token, name: "Nia", password: "long enough now" })).status).toBe(
      200,
    );
    expect(await whoAmI(browser)).toMatchObject({ tenant: { id: mine.tenantId }, person: { name: "Nia" } });
    expect(await whoAmI(before)).toBeNull();
    expect((await browser.mutate("people.accept", { token, name: "Nia", password: "long enough now" })).status).toBe(
      404,
    );
  });

  test("asks the owner of an account to sign in, and takes them in when they have", async () => {
    const owner = await makeAccount(other, "decider");
    const token = await offered(owner.email);
    const stranger = new Browser();
    const refused = await stranger.mutate("people.accept", { token, name: "Thief", password: "long enough now" });
    expect([refused.status, stranger.cookies.has(SESSION)]).toEqual([409, false]);
    const shown = async (who: Browser) => (await who.query("people.invitation", { token })).body.result.data;
    const browser = await signedIn(owner);
    expect([await shown(stranger), await shown(browser)]).toMatchObject([
      { known: true, yours: false },
      { yours: true },
    ]);
    expect((await browser.mutate("people.accept", { token })).status).toBe(200);
    expect(await whoAmI(browser)).toMatchObject({ tenant: { id: mine.tenantId } });
  });

  test("takes no request from another site", async () => {
    const token = await offered(`${uuidv7()}@example.test`);
    const said = await new Browser().mutate(
      "people.accept",
      { token, password: "long enough now" },
      { "sec-fetch-site": "cross-site" },
    );
    expect(said.status).toBe(403);
  });
});

describe("the profile", () => {
  test("is one's own: name, language and time zone, in the next answer already, and in the audit", async () => {
    const account = await makeAccount(mine, "reader");
    const browser = await signedIn(account);
    const profile = { name: "Renée", language: "es", timeZone: "Europe/Madrid" };
    expect((await browser.mutate("profile.update", profile)).body.result.data).toEqual({ changed: true });
    expect((await browser.mutate("profile.update", profile)).body.result.data).toEqual({ changed: false });
    expect((await browser.query("profile.get", {})).body.result.data).toEqual({ ...profile, email: account.email });
    expect((await whoAmI(browser)).person).toMatchObject({ name: "Renée", timeZone: "Europe/Madrid" });
    for (const bad of [{ timeZone: "Mars/Olympus" }, { language: "xx" }, { name: "" }, { personId: uuidv7() }])
      expect((await browser.mutate("profile.update", { ...profile, ...bad })).status).toBe(400);
  });
});
