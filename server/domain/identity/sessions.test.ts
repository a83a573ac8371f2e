import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { assignRole } from "#server/domain/access/assign-role.ts";
import { revokeRole } from "#server/domain/access/revoke-role.ts";
import type { Caller } from "#server/domain/caller.ts";
import { addPerson } from "#server/domain/identity/add-person.ts";
import { closeSession } from "#server/domain/identity/close-session.ts";
import { endReused } from "#server/domain/identity/end-reused.ts";
import { callerOfSession, watchSession } from "#server/domain/identity/find-caller.ts";
import { rotateSession } from "#server/domain/identity/rotate-session.ts";
import { signIn } from "#server/domain/identity/sign-in.ts";
import { switchTenant } from "#server/domain/identity/switch-tenant.ts";
import { newToken, tokenHash } from "#server/domain/ids.ts";
import { expireSessions } from "#server/domain/sessions/expire-sessions.ts";
import { transaction } from "#server/domain/transaction.ts";
import { startAsker } from "#server/testing/asker.ts";
import type { Account } from "#server/testing/http.ts";
import { makeAccount } from "#server/testing/http.ts";
import { LONG } from "#server/testing/long.ts";
import type { World } from "#server/testing/world.ts";
import { bindTestDatabase, makeTenant } from "#server/testing/world.ts";

const { admin, urls } = bindTestDatabase();
const facts = { requestId: "r", correlationId: "r", address: null, locale: null };
let world: World;
let elsewhere: Awaited<ReturnType<typeof startAsker>>;

beforeAll(async () => {
  world = await makeTenant();
  elsewhere = await startAsker(urls());
});

const sql = async (text: string, values: unknown[] = []) => (await admin().pool.query(text, values)).rows;
const who = (hash: string) => callerOfSession(hash, 120, facts);
const elsewhereWho = async (hash: string) => (await elsewhere(hash, world.rootId)).personId;

async function open(account: Account): Promise<{ token: string; hash: string }> {
  const { email, password } = account;
  const place = { address: "10.0.0.1", userAgent: "x", requestId: "r", idleMinutes: 120, absoluteHours: 24 };
  const result = await signIn({ email, password, ...place });
  if (!result.ok) throw new Error("sign-in was refused");
  return { token: result.token, hash: tokenHash(result.token) };
}

async function everyText(): Promise<string[]> {
  const tables = await sql(
    `SELECT table_name AS t FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'`,
  );
  const texts: string[] = [];
  for (const { t } of tables)
    for (const { cells } of await sql(
      `SELECT (SELECT array_agg(value) FROM jsonb_each_text(to_jsonb(x))) AS cells FROM "${t}" x`,
    ))
      texts.push(...cells.filter((c: string | null) => c !== null));
  return texts;
}

describe("S1 nothing stored works as a cookie", () => {
  test("a token is 256 random bits, and none is made twice", () => {
    const tokens = Array.from({ length: 2_000 }, newToken);
    expect(new Set(tokens).size).toBe(2_000);
    const bytes = tokens.map((token) => Buffer.from(token, "base64url"));
    expect(new Set(bytes.map(({ length }) => length))).toEqual(new Set([32]));
    // Of each bit about half are set: a thousand, and 200 beyond that by chance once in 10^18.
    for (let bit = 0; bit < 256; bit++) {
      const set = bytes.filter((token) => ((token[bit >> 3] ?? 0) >> (bit & 7)) & 1).length;
      expect(Math.abs(set - 1_000)).toBeLessThan(200);
    }
  });

  test("no cell of any table holds the token, and none is let in as one", async () => {
    const account = await makeAccount(world, "decider");
    const { token, hash } = await open(account);
    expect((await who(hash))?.personId).toBe(account.personId);
    const stored = [...new Set(await everyText())];
    expect(stored).toContain(hash);
    expect(stored.filter((text) => text.includes(token))).toEqual([]);
    for (const text of stored) if (text.length >= 20) expect(await who(tokenHash(text))).toBeNull();
  });
});

describe("S2 an ended session stays ended", () => {
  test.each(["REVOKED", "EXPIRED"])("%s is left for no other state, by nobody", async (status) => {
    const { hash } = await open(await makeAccount(world, "decider"));
    await sql("UPDATE user_sessions SET status = $2, ended_at = now() WHERE token_hash = $1", [hash, status]);
    for (const next of ["ACTIVE", status === "REVOKED" ? "EXPIRED" : "REVOKED"]) {
      const back =
        "UPDATE user_sessions SET status = $2, ended_at = CASE WHEN $2 = 'ACTIVE' THEN NULL ELSE now() END WHERE token_hash = $1";
      await expect(sql(back, [hash, next])).rejects.toThrow("an ended session stays ended");
    }
    await sql("UPDATE user_sessions SET last_seen_at = now() - interval '1 hour' WHERE token_hash = $1", [hash]);
    expect(await who(hash)).toBeNull();
    expect(await sql("SELECT status FROM user_sessions WHERE token_hash = $1", [hash])).toEqual([{ status }]);
  });

  test("an idle end that has come is refused at the next look, closing it is no revocation, and the schedule writes it down", async () => {
    const account = await makeAccount(world, "decider");
    const { hash } = await open(account);
    const caller = await who(hash);
    await sql("UPDATE user_sessions SET idle_expires_at = clock_timestamp() WHERE token_hash = $1", [hash]);
    expect(await who(hash)).toBeNull();
    expect(caller && (await closeSession(caller, {}))).toEqual({ closed: false });
    expect(await expireSessions(await world.system(), {})).toEqual({ expired: 1 });
    expect(await sql("SELECT status, ended_reason FROM user_sessions WHERE token_hash = $1", [hash])).toEqual([
      { status: "EXPIRED", ended_reason: "expired" },
    ]);
  });
});

describe("S3 a slide never passes the absolute end", () => {
  test("whatever was left, a look slides the idle end by its lifetime, and at most to the absolute end", async () => {
    const { hash } = await open(await makeAccount(world, "decider"));
    const property = fc.asyncProperty(
      fc.integer({ min: 10, max: 86_400 }),
      fc.integer({ min: 1, max: 600 }),
      fc.integer({ min: 31, max: 7200 }),
      async (absolute, idleMinutes, unseen) => {
        const [{ absolute_expires_at: end }] = (await sql(
          `UPDATE user_sessions SET absolute_expires_at = clock_timestamp() + make_interval(secs => $2), idle_expires_at = clock_timestamp() + make_interval(secs => least($2, 5)),
           last_seen_at = clock_timestamp() - make_interval(secs => $3) WHERE token_hash = $1 RETURNING absolute_expires_at`,
          [hash, absolute, unseen],
        )) as [{ absolute_expires_at: Date }];
        expect(await callerOfSession(hash, idleMinutes, facts)).not.toBeNull();
        const [{ idle, seen }] = (await sql(
          "SELECT idle_expires_at AS idle, last_seen_at AS seen FROM user_sessions WHERE token_hash = $1",
          [hash],
        )) as [{ idle: Date; seen: Date }];
        expect(idle.getTime()).toBe(Math.min(seen.getTime() + idleMinutes * 60_000, end.getTime()));
      },
    );
    await fc.assert(property, { numRuns: LONG ? 1000 : 40 });
  });

  test("a row whose idle end lies behind its absolute end is refused by the table itself", async () => {
    const { hash } = await open(await makeAccount(world, "decider"));
    const beyond =
      "UPDATE user_sessions SET idle_expires_at = absolute_expires_at + interval '1 ms' WHERE token_hash = $1";
    await expect(sql(beyond, [hash])).rejects.toThrow("check");
  });
});

describe("S4 after a revocation commits, no process accepts the session", () => {
  test("a sign-out here is a sign-out in the other process, at its very next look", async () => {
    const account = await makeAccount(world, "decider");
    for (let i = 0; i < 10; i++) {
      const { hash } = await open(account);
      expect(await elsewhereWho(hash)).toBe(account.personId);
      const caller = await who(hash);
      expect(caller && (await closeSession(caller, {}))).toEqual({ closed: true });
      expect([await elsewhereWho(hash), await who(hash)]).toEqual([null, null]);
    }
  });

  test.each([
    ["the person is disabled", "UPDATE people SET disabled_at = now() WHERE id = $1"],
    ["the membership is disabled", "UPDATE memberships SET status = 'DISABLED' WHERE person_id = $1"],
    [
      "an administrator revokes it",
      "UPDATE user_sessions SET status = 'REVOKED', ended_at = now() WHERE person_id = $1",
    ],
  ])("so it is when %s", async (_, statement) => {
    const account = await makeAccount(world, "decider");
    const { hash } = await open(account);
    expect(await elsewhereWho(hash)).toBe(account.personId);
    await sql(`SELECT set_config('app.tenant_id', $1, false)`, [world.tenantId]);
    await sql(statement, [account.personId]);
    expect([await elsewhereWho(hash), await who(hash)]).toEqual([null, null]);
  });
});

describe("R4 the first check that starts after a change of grants commits is judged by it, in every process", () => {
  const decides = async (hash: string, scopeId = world.rootId) => (await elsewhere(hash, scopeId)).decides;

  test("a revoked role is gone there, a granted one is there", async () => {
    const account = await makeAccount(world, null);
    const { hash } = await open(account);
    for (let i = 0; i < 10; i++) {
      expect(await decides(hash)).toBe(false);
      const { id } = await assignRole(await world.system(), {
        personId: account.personId,
        role: "decider",
        scopeId: world.rootId,
      });
      expect(await decides(hash)).toBe(true);
      await revokeRole(await world.system(), { id });
    }
    expect(await decides(hash)).toBe(false);
  });

  test("a deny below the grant counts there at once, and there only", async () => {
    const account = await makeAccount(world, "decider");
    const { hash } = await open(account);
    expect(await decides(hash, world.orgs.ca)).toBe(true);
    const deny = { personId: account.personId, role: "decider", scopeId: world.orgs.ca, effect: "DENY" } as const;
    await assignRole(await world.system(), deny);
    expect([await decides(hash, world.orgs.ca), await decides(hash, world.orgs.ny)]).toEqual([false, true]);
  });
});

describe("the language of a caller", () => {
  test("is the person's own before the browser's, and the browser's where there is none", async () => {
    const account = await makeAccount(world, null);
    const { hash } = await open(account);
    const spoken = async (locale: "en" | "es" | null) =>
      (await callerOfSession(hash, 120, { ...facts, locale }))?.locale;
    expect([await spoken("es"), await spoken("en"), await spoken(null)]).toEqual(["es", "en", "en"]);
    await sql("UPDATE people SET locale = 'es' WHERE id = $1", [account.personId]);
    expect([await spoken("en"), await spoken(null)]).toEqual(["es", "es"]);
  });
});

describe("S5 after a rotation at most one successor lives", () => {
  const rotate = (caller: Caller) => transaction(caller, rotateSession);
  const rotated = async (hash: string, seconds: number) =>
    sql(
      "UPDATE replaced_tokens SET replaced_at = clock_timestamp() - make_interval(secs => $2) WHERE token_hash = $1",
      [hash, seconds],
    );

  async function opened() {
    const { hash } = await open(await makeAccount(world, "decider"));
    return { hash, caller: (await who(hash)) as Caller };
  }

  test("the token before is dead at once, in every process, and the session goes on with the new one", async () => {
    const { hash, caller } = await opened();
    const { token } = await rotate(caller);
    expect([await who(hash), await elsewhereWho(hash)]).toEqual([null, null]);
    const after = await who(tokenHash(token ?? ""));
    expect(after?.sessionId).toBe(caller.sessionId);
    expect(after?.provenAt).toBeGreaterThan(caller.provenAt ?? 0);
    expect((await watchSession(caller))?.sessionId).toBe(caller.sessionId);
  });

  test("of many rotations at a time one has a successor", async () => {
    const { caller } = await opened();
    const answers = await Promise.all(Array.from({ length: 8 }, () => rotate(caller)));
    expect(answers.filter(({ token }) => token !== null)).toHaveLength(1);
  });

  test("a rotation that is rolled back leaves the old token alive", async () => {
    const { hash, caller } = await opened();
    const failing = transaction(caller, async (work) => {
      await rotateSession(work);
      throw new Error("later");
    });
    await expect(failing).rejects.toThrow("later");
    expect((await who(hash))?.sessionId).toBe(caller.sessionId);
  });

  test("the token before, used after the grace, ends the session; within it, it is only refused", async () => {
    const { hash, caller } = await opened();
    const { token } = await rotate(caller);
    await rotated(hash, 58);
    await endReused(hash, facts);
    expect(await who(tokenHash(token ?? ""))).not.toBeNull();
    await rotated(hash, 61);
    await endReused(hash, facts);
    expect(await who(tokenHash(token ?? ""))).toBeNull();
    expect(await sql("SELECT status, ended_reason FROM user_sessions WHERE id = $1", [caller.sessionId])).toEqual([
      { status: "REVOKED", ended_reason: "token_reused" },
    ]);
    expect(await sql("SELECT action FROM audit_logs WHERE target_id = $1 ORDER BY id", [caller.sessionId])).toEqual(
      ["session.opened", "session.rotated", "session.reused"].map((action) => ({ action })),
    );
  });

  test.each([0, 1, 2])(
    "of a session that was proven three times, so does token %i, and not only the last",
    async (nth) => {
      const { hash, caller } = await opened();
      const hashes = [hash];
      for (let n = 0; n < 3; n++) {
        const { token } = await rotate((await who(hashes.at(-1) ?? "")) as Caller);
        hashes.push(tokenHash(token ?? ""));
      }
      const [old, last] = [hashes[nth] ?? "", hashes[3] ?? ""];
      await rotated(old, 58);
      expect(await endReused(old, facts)).toBe(true);
      expect((await who(last))?.sessionId).toBe(caller.sessionId);
      await rotated(old, 61);
      expect(await endReused(old, facts)).toBe(true);
      expect(await who(last)).toBeNull();
    },
  );

  test("a token that never was anybody's ends nothing, and is told from one that was", async () => {
    const { hash } = await opened();
    expect(await endReused(tokenHash("never"), facts)).toBe(false);
    expect(await who(hash)).not.toBeNull();
  });

  describe("also across tenants", () => {
    const place = { address: "10.0.0.1", userAgent: "x", requestId: "r", idleMinutes: 120, absoluteHours: 24 };
    const caller = async (token: string) => (await who(tokenHash(token))) as Caller;
    const pass = async (personId: string, seconds: number) => {
      const past = "make_interval(secs => $2)";
      await sql(`UPDATE user_sessions SET ended_at = ended_at - ${past} WHERE person_id = $1`, [personId, seconds]);
      await sql(
        `UPDATE replaced_tokens r SET replaced_at = replaced_at - ${past} FROM user_sessions s WHERE s.id = r.session_id AND s.person_id = $1`,
        [personId, seconds],
      );
    };
    const live = (personId: string) =>
      sql("SELECT tenant_id, token_hash FROM user_sessions WHERE person_id = $1 AND status = 'ACTIVE'", [personId]);

    async function member() {
      const [account, other] = [await makeAccount(world, "decider"), await makeTenant()];
      await addPerson(await other.system(), { email: account.email, name: "Both" });
      return { account, other, first: (await open(account)).token };
    }

    test("the token before a switch, used after the grace, ends the session that took its place, in that tenant's audit", async () => {
      const { account, other, first } = await member();
      const { token } = await switchTenant(await caller(first), other.tenantId, place);
      const { sessionId } = await caller(token);
      await pass(account.personId, 58);
      await endReused(tokenHash(first), facts);
      expect(await caller(token)).not.toBeNull();
      await pass(account.personId, 3);
      await endReused(tokenHash(first), facts);
      expect(await caller(token)).toBeNull();
      expect(await sql("SELECT status, ended_reason FROM user_sessions WHERE id = $1", [sessionId])).toEqual([
        { status: "REVOKED", ended_reason: "token_reused" },
      ]);
      expect(
        await sql("SELECT tenant_id FROM audit_logs WHERE target_id = $1 AND action = 'session.reused'", [sessionId]),
      ).toEqual([{ tenant_id: other.tenantId }]);
    });

    test.each([0, 1, 2])("of a session that was switched, proven and switched back, so does token %i", async (nth) => {
      const { account, other, first } = await member();
      const second = (await switchTenant(await caller(first), other.tenantId, place)).token;
      const third = (await rotate(await caller(second))).token ?? "";
      const last = (await switchTenant(await caller(third), world.tenantId, place)).token;
      const unrelated = await open(account);
      await pass(account.personId, 61);
      expect(await live(account.personId)).toHaveLength(2);
      await endReused(tokenHash([first, second, third][nth] ?? ""), facts);
      expect(await caller(last)).toBeNull();
      expect(await live(account.personId)).toEqual([{ tenant_id: world.tenantId, token_hash: unrelated.hash }]);
    });

    test("a token that was signed out has no successor: it ends nothing", async () => {
      const { account, other, first } = await member();
      const { token } = await switchTenant(await caller(first), other.tenantId, place);
      await closeSession(await caller(token), {});
      const { hash } = await open(account);
      await pass(account.personId, 61);
      for (const old of [first, token]) await endReused(tokenHash(old), facts);
      expect(await who(hash)).not.toBeNull();
    });
  });

  test("an ended session is not rotated", async () => {
    const { caller } = await opened();
    await closeSession(caller, {});
    expect(await rotate(caller)).toEqual({ token: null });
  });
});

describe("S3 another tenant gives no more time", () => {
  test("a session that takes the place of another ends when that one would have", async () => {
    const other = await makeTenant();
    const account = await makeAccount(world, "decider");
    await addPerson(await other.system(), { email: account.email, name: "Both" });
    const { hash } = await open(account);
    const [{ end }] = (await sql(
      "UPDATE user_sessions SET absolute_expires_at = clock_timestamp() + interval '3 hours' WHERE token_hash = $1 RETURNING absolute_expires_at AS end",
      [hash],
    )) as [{ end: Date }];
    const place = { address: "10.0.0.1", userAgent: "x", requestId: "r", idleMinutes: 120, absoluteHours: 24 };
    const { token } = await switchTenant((await who(hash)) as Caller, other.tenantId, place);
    const [next] = await sql("SELECT absolute_expires_at AS end FROM user_sessions WHERE token_hash = $1", [
      tokenHash(token),
    ]);
    expect(next).toEqual({ end });
  });
});
