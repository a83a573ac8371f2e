import { beforeAll, describe, expect, test } from "vitest";
import { assignRole } from "#server/domain/access/assign-role.ts";
import type { Caller } from "#server/domain/caller.ts";
import { may } from "#server/domain/caller.ts";
import { callerOf, callerOfToken } from "#server/domain/identity/find-caller.ts";
import { isServiceToken, newServiceToken, tokenHash } from "#server/domain/ids.ts";
import { createClient } from "#server/domain/service-clients/create-client.ts";
import { issueToken } from "#server/domain/service-clients/issue-token.ts";
import { getClient, listClients } from "#server/domain/service-clients/queries.ts";
import { revokeToken } from "#server/domain/service-clients/revoke-token.ts";
import { rotateToken } from "#server/domain/service-clients/rotate-token.ts";
import { setClientStatus } from "#server/domain/service-clients/set-client-status.ts";
import { updateClient } from "#server/domain/service-clients/update-client.ts";
import type { Database } from "#server/platform/db.ts";
import { bindDatabase, connect } from "#server/platform/db.ts";
import { refused } from "#server/testing/refused.ts";
import type { World } from "#server/testing/world.ts";
import { bindTestDatabase, makeRole, makeTenant } from "#server/testing/world.ts";

const { admin, urls } = bindTestDatabase();
let world: World;
let ana: Caller;

beforeAll(async () => {
  world = await makeTenant();
  ana = await world.person("administrator");
  await makeRole(admin(), world, "clerk", ["clients:write", "approvals:read"]);
});

const facts = { requestId: "r", correlationId: "r", address: "192.0.2.7", locale: null };
const callerBy = async (token: string) => (await callerOfToken(tokenHash(token), facts))?.caller ?? null;

let made = 0;
/** A client with a role at a scope (the root when none is given). */
async function client(role: "service" | "administrator" | null = "service", scopeId = world.rootId): Promise<string> {
  const { id } = await createClient(ana, { code: `program-${++made}`, name: `Program ${made}` });
  if (role) await assignRole(ana, { clientId: id, role, scopeId });
  return id;
}

describe("a service client", () => {
  test("is made once by its code, renamed by who saw it, and lists with what it holds", async () => {
    const id = await client("service", world.orgs.ca);
    const { code } = await getClient(ana, { id });
    expect(await refused(createClient(ana, { code, name: "Another" }))).toMatchObject({ code: "client.code_taken" });
    await updateClient(ana, { id, name: "Renamed", description: "Nightly", version: 1 });
    const late = updateClient(ana, { id, name: "Again", version: 1 });
    expect(await refused(late)).toEqual({ code: "client.stale", facts: { name: "Renamed" } });
    await issueToken(ana, { clientId: id, name: "One" });
    const [listed] = (await listClients(ana, { q: "renam" })).items;
    expect(listed).toMatchObject({ id, name: "Renamed", status: "ACTIVE", held: 1, tokens: 1, lastUsedAt: null });
    expect(listed?.roles).toEqual([{ role: "service", scope: "CA", kind: "ORG", effect: "ALLOW" }]);
  });

  test("that is disabled is nobody with any token, by any way, until it is enabled; a token is not issued meanwhile", async () => {
    const id = await client();
    const { token } = await issueToken(ana, { clientId: id, name: "One" });
    await setClientStatus(ana, { id, status: "DISABLED" });
    expect(await callerBy(token)).toBeNull();
    expect(
      await callerOf({ tenantId: world.tenantId, personId: null, clientId: id }, { ...facts, within: null }),
    ).toBeNull();
    expect(await refused(issueToken(ana, { clientId: id, name: "Two" }))).toMatchObject({ code: "client.disabled" });
    await setClientStatus(ana, { id, status: "ACTIVE" });
    expect((await callerBy(token))?.clientId).toBe(id);
  });
});

describe("a token", () => {
  test("is told from others by its form: 256 bits between a beginning and a checksum", () => {
    for (let i = 0; i < 200; i++) {
      const token = newServiceToken();
      expect(token).toMatch(/^cs_[A-Za-z0-9_-]{43}[0-9a-z]{7}$/);
      expect(isServiceToken(token)).toBe(true);
      const at = 3 + (i % 50);
      const other = token[at] === "a" ? "b" : "a";
      for (const forged of [token.slice(0, -1), `${token}a`, `${token.slice(0, at)}${other}${token.slice(at + 1)}`])
        expect(isServiceToken(forged)).toBe(false);
    }
  });

  test("works until the millisecond of its end, at most 366 days, and 90 where nobody says", async () => {
    const id = await client();
    const one = await issueToken(ana, { clientId: id, name: "One" });
    const lives = Date.parse(one.expiresAt) - Date.now();
    expect(Math.round(lives / 86_400_000)).toBe(90);
    expect(await refused(issueToken(ana, { clientId: id, name: "Long", days: 367 }))).toMatchObject({
      code: "input.invalid",
    });
    expect((await callerBy(one.token))?.name).toBe((await getClient(ana, { id })).name);
    await admin().pool.query(
      "ALTER TABLE service_tokens DISABLE TRIGGER service_tokens_stay_ended; UPDATE service_tokens SET created_at = clock_timestamp() - interval '1 day', expires_at = clock_timestamp() WHERE id = '" +
        `${one.id}'; ALTER TABLE service_tokens ENABLE TRIGGER service_tokens_stay_ended`,
    );
    expect(await callerBy(one.token)).toBeNull();
    const [shown] = (await getClient(ana, { id })).tokens;
    expect(shown).toMatchObject({ state: "EXPIRED", mark: null });
    expect(await refused(rotateToken(ana, { id: one.id }))).toEqual({
      code: "token.ended",
      facts: { state: "EXPIRED" },
    });
  });

  test("that is rotated goes on for the overlap and not beyond its own end; its successor may the same", async () => {
    const id = await client();
    const limits = { permissions: ["approvals:read" as const], scopeId: world.orgs.ca };
    const old = await issueToken(ana, { clientId: id, name: "Job", days: 3, ...limits });
    const next = await rotateToken(ana, { id: old.id, overlapDays: 7, days: 30 });
    const tokens = new Map((await getClient(ana, { id })).tokens.map((token) => [token.id, token]));
    expect(tokens.get(old.id)).toMatchObject({ state: "REPLACED", expiresAt: old.expiresAt });
    expect(tokens.get(next.id)).toMatchObject({
      state: "ACTIVE",
      name: "Job",
      permissions: ["approvals:read"],
      scope: { code: "CA" },
    });
    for (const { token } of [old, next]) expect((await callerBy(token))?.clientId).toBe(id);
    expect(await refused(rotateToken(ana, { id: old.id }))).toMatchObject({
      code: "token.ended",
      facts: { state: "REPLACED" },
    });
    const last = await rotateToken(ana, { id: next.id, overlapDays: 0 });
    expect(await callerBy(next.token)).toBeNull();
    expect((await callerBy(last.token))?.clientId).toBe(id);
    const revoked = (await getClient(ana, { id })).tokens.find((token) => token.id === next.id);
    expect(revoked).toMatchObject({ state: "REVOKED", revokedBy: ana.name });
  });

  test("that is revoked ends for good, and a second revocation says so", async () => {
    const id = await client();
    const { id: tokenId, token } = await issueToken(ana, { clientId: id, name: "One" });
    await revokeToken(ana, { id: tokenId, reason: "It was in a log." });
    expect(await callerBy(token)).toBeNull();
    expect(await refused(revokeToken(ana, { id: tokenId }))).toEqual({
      code: "token.ended",
      facts: { state: "REVOKED" },
    });
    const [shown] = (await getClient(ana, { id })).tokens;
    expect(shown).toMatchObject({ state: "REVOKED", revokedBy: ana.name, revokedReason: "It was in a log." });
  });

  test("R4 that is revoked is nobody's at the first look of another process, whatever that one has read before", async () => {
    const { id: tokenId, token } = await issueToken(ana, { clientId: await client(), name: "One" });
    const [mine, other] = [connect(urls().appUrl, 2), connect(urls().appUrl, 2)];
    const within = async <T>(database: Database, run: () => Promise<T>) => {
      bindDatabase(database);
      return run();
    };
    for (let i = 0; i < 3; i++) expect(await within(other, () => callerBy(token))).not.toBeNull();
    await within(mine, () => revokeToken(ana, { id: tokenId }));
    expect(await within(other, () => callerBy(token))).toBeNull();
    bindDatabase(connect(urls().appUrl, 5));
    await Promise.all([mine.close(), other.close()]);
  });

  test("has its last use written once a minute, with the address, and never waits for whoever holds its row", async () => {
    const { id: tokenId, token } = await issueToken(ana, { clientId: await client(), name: "One" });
    const used = async () =>
      (
        await admin().pool.query(
          "SELECT last_used_at, last_used_address, xmin::text FROM service_tokens WHERE id = $1",
          [tokenId],
        )
      ).rows[0];
    const holder = await admin().pool.connect();
    await holder.query("BEGIN");
    await holder.query("SELECT FROM service_tokens WHERE id = $1 FOR UPDATE", [tokenId]);
    expect(await callerBy(token)).not.toBeNull();
    await holder.query("ROLLBACK");
    holder.release();
    expect((await used()).last_used_at).toBeNull();
    await callerBy(token);
    const first = await used();
    expect(first).toMatchObject({ last_used_at: expect.any(Date), last_used_address: "192.0.2.7" });
    await Promise.all(Array.from({ length: 10 }, () => callerBy(token)));
    expect(await used()).toEqual(first);
    await admin().pool.query(
      "UPDATE service_tokens SET last_used_at = last_used_at - interval '61 seconds' WHERE id = $1",
      [tokenId],
    );
    await callerBy(token);
    expect((await used()).last_used_at.getTime()).toBeGreaterThanOrEqual(first.last_used_at.getTime());
  });

  test("is one of so many that a client can use", async () => {
    const id = await client(null);
    for (let i = 0; i < 50; i++) await issueToken(ana, { clientId: id, name: `Token ${i}` });
    expect(await refused(issueToken(ana, { clientId: id, name: "One more" }))).toEqual({
      code: "token.too_many",
      facts: { max: 50 },
    });
  }, 30_000);
});

describe("R8 nobody hands out by a token what they do not hold", () => {
  test("neither by issuing, nor by rotating, nor by enabling; narrowed to what they hold they may", async () => {
    const personId = (await world.person(null)).personId as string;
    await assignRole(await world.system(), { personId, role: "clerk", scopeId: world.rootId });
    const clerk = (await callerOf(
      { tenantId: world.tenantId, personId, clientId: null },
      { ...facts, within: null },
    )) as Caller;
    const id = await client();
    const beyond = { code: "access.not_held", facts: { permission: expect.any(String), scopeId: expect.any(String) } };
    expect(await refused(issueToken(clerk, { clientId: id, name: "All" }))).toEqual(beyond);
    const wide = await issueToken(ana, { clientId: id, name: "All" });
    expect(await refused(rotateToken(clerk, { id: wide.id }))).toEqual(beyond);
    const reading = await issueToken(clerk, { clientId: id, name: "Reads", permissions: ["approvals:read"] });
    const caller = (await callerBy(reading.token)) as Caller;
    expect([may(caller, "approvals:read", world.orgs.ca), may(caller, "approvals:decide", world.orgs.ca)]).toEqual([
      true,
      false,
    ]);
    await rotateToken(clerk, { id: reading.id });
    await setClientStatus(clerk, { id, status: "DISABLED" });
    expect(await refused(setClientStatus(clerk, { id, status: "ACTIVE" }))).toEqual(beyond);
  });

  test("not where they are denied it in a part of what the client reaches", async () => {
    const deputy = await world.person("administrator");
    await assignRole(await world.system(), {
      personId: deputy.personId as string,
      role: "reader",
      scopeId: world.orgs.ny,
      effect: "DENY",
    });
    const denied = (await callerOf({ ...deputy }, { ...facts, within: null })) as Caller;
    const id = await client();
    expect(await refused(issueToken(denied, { clientId: id, name: "All" }))).toEqual({
      code: "access.not_held",
      facts: { permission: "approvals:read", scopeId: world.orgs.ny },
    });
    await issueToken(denied, { clientId: id, name: "California", scopeId: world.orgs.ca });
  });
});

test("U8 no row of the database holds a token that was issued: not the audit, no event, no kept answer", async () => {
  const id = await client();
  const two = await issueToken(ana, { clientId: id, name: "Two" });
  const three = await rotateToken(ana, { id: two.id });
  const { rows: tables } = await admin().pool.query(
    "SELECT c.relname AS name FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition",
  );
  const holds: string[] = [];
  for (const { name } of tables)
    for (const { token } of [two, three]) {
      const secret = token.slice(9);
      const { rows } = await admin().pool.query(
        `SELECT count(*)::int AS n FROM ${name} t WHERE strpos(t::text, $1) > 0`,
        [secret],
      );
      if (rows[0].n > 0) holds.push(name);
    }
  expect(holds).toEqual([]);
});
