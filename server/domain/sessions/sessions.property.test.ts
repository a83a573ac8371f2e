import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import type { Caller } from "#server/domain/caller.ts";
import { callerOfSession } from "#server/domain/identity/find-caller.ts";
import type { Place } from "#server/domain/identity/open-session.ts";
import { beginSession } from "#server/domain/identity/open-session.ts";
import { source } from "#server/domain/identity/rules.ts";
import { signIn } from "#server/domain/identity/sign-in.ts";
import { tokenHash, uuidv7 } from "#server/domain/ids.ts";
import { blockPerson } from "#server/domain/people/block-person.ts";
import { setMemberStatus } from "#server/domain/people/set-member-status.ts";
import { expireSessions } from "#server/domain/sessions/expire-sessions.ts";
import { freezeSessions } from "#server/domain/sessions/freeze-sessions.ts";
import { nameSession } from "#server/domain/sessions/name-session.ts";
import { listSessions, mySessions, sessionChoices } from "#server/domain/sessions/queries.ts";
import { revokeOtherSessions, revokeOwnSession } from "#server/domain/sessions/revoke-own.ts";
import { revokeFrozen, revokeSessions } from "#server/domain/sessions/revoke-sessions.ts";
import type { SessionStatus } from "#server/domain/sessions/rules.ts";
import { transaction } from "#server/domain/transaction.ts";
import { startAsker } from "#server/testing/asker.ts";
import { makeAccount } from "#server/testing/http.ts";
import { LONG } from "#server/testing/long.ts";
import type { World } from "#server/testing/world.ts";
import { bindTestDatabase, makeTenant } from "#server/testing/world.ts";

const { admin, urls } = bindTestDatabase();
const runs = (few: number) => ({ numRuns: LONG ? few * 20 : few });
const facts = { requestId: "r", correlationId: "r", address: null, locale: null };
const PLACE: Place = { address: "10.0.0.1", userAgent: "x", requestId: "r", idleMinutes: 120, absoluteHours: 24 };
const sql = async (text: string, values: unknown[] = []) => (await admin().pool.query(text, values)).rows;
const who = (hash: string) => callerOfSession(hash, 120, facts);

let world: World;
let ada: Caller;
beforeAll(async () => {
  world = await makeTenant();
  ada = await world.person("administrator");
});

interface Opened {
  readonly hash: string;
  readonly token: string;
  readonly caller: Caller;
}

/** A session of somebody, opened as a sign-in does once the password is proven. */
async function open(personId: string | null, place: Partial<Place> = {}, tenantId = world.tenantId): Promise<Opened> {
  const token = await beginSession(tenantId, { id: personId as string, name: "n" }, { ...PLACE, ...place });
  const hash = tokenHash(token);
  return { hash, token, caller: (await who(hash)) as Caller };
}
const idOf = ({ caller }: Opened) => caller.sessionId as string;

const membership = async (personId: string | null) =>
  (await sql("SELECT id FROM memberships WHERE person_id = $1 AND tenant_id = $2", [personId, world.tenantId]))[0].id;

/** Ends all that a filter leaves, as the screen does it. */
async function endMatching(by: Caller, filter: Parameters<typeof freezeSessions>[1]["filter"]) {
  const { id: set } = await freezeSessions(by, { filter });
  return revokeFrozen(by, { set });
}

describe("S1 nothing that a list says works as a cookie", () => {
  test("own devices, the tenant's list and its choices hold neither a token nor what it is looked up by", async () => {
    const { personId } = await world.person("administrator");
    const sessions = [await open(personId), await open(personId)];
    const { caller } = sessions[0] as Opened;
    const said = JSON.stringify([
      await mySessions(caller, {}),
      await listSessions(caller, {}),
      await sessionChoices(caller, {}),
      await freezeSessions(caller, {}),
    ]);
    for (const { token, hash } of sessions) for (const secret of [token, hash]) expect(said).not.toContain(secret);
    for (const text of new Set(said.match(/[^"]{20,}/g))) expect(await who(tokenHash(text))).toBeNull();
  });
});

describe("S2 what has ended never lives again, and every list says how each stands", () => {
  const STEPS = [
    "open",
    "look",
    "idle out",
    "expire",
    "revoke own",
    "revoke others",
    "revoke one",
    "revoke by filter",
    "limit",
    "name",
  ] as const;

  test("after any steps, ACTIVE in the lists are those sessions that a look accepts; no other comes back", async () => {
    const property = fc.asyncProperty(
      fc.array(fc.tuple(fc.constantFrom(...STEPS), fc.nat({ max: 5 })), { minLength: 4, maxLength: 14 }),
      async (steps) => {
        const { personId } = await world.person("decider");
        const all: Opened[] = [await open(personId)];
        const over = new Set<string>();
        for (const [step, n] of steps) {
          const one = all[n % all.length] as Opened;
          const alive = all.find(({ caller }) => !over.has(caller.sessionId as string));
          if (step === "open") all.push(await open(personId));
          if (step === "look") await who(one.hash);
          if (step === "idle out")
            await sql(
              "UPDATE user_sessions SET idle_expires_at = least(idle_expires_at, clock_timestamp()) WHERE id = $1",
              [idOf(one)],
            );
          if (step === "expire") await expireSessions(await world.system(), {});
          if (step === "revoke own" && alive) await revokeOwnSession(alive.caller, { id: idOf(one) });
          if (step === "revoke others" && alive) await revokeOtherSessions(alive.caller, {});
          if (step === "revoke one") await revokeSessions(ada, { ids: [idOf(one)] });
          if (step === "revoke by filter")
            await endMatching(ada, { person: personId as string, openedBefore: new Date().toISOString() });
          if (step === "name" && alive) await nameSession(alive.caller, { id: idOf(one), name: `Device ${n}` });
          if (step === "limit")
            await sql(
              "INSERT INTO session_limits (tenant_id, concurrent) VALUES ($1, $2) ON CONFLICT (tenant_id) DO UPDATE SET concurrent = $2",
              [world.tenantId, n + 1],
            );

          const listed = (await listSessions(ada, { filter: { person: personId as string }, limit: 200 })).items;
          const said = new Map(listed.map(({ id, status }) => [id, status]));
          for (const opened of all) {
            const accepted = (await who(opened.hash)) !== null;
            expect([step, said.get(idOf(opened)) === "ACTIVE"]).toEqual([step, accepted]);
            if (over.has(idOf(opened))) expect(accepted).toBe(false);
            if (!accepted) over.add(idOf(opened));
          }
          const mine = await mySessions({ ...one.caller }, { limit: 200 });
          expect(mine.items.map(({ id }) => id)).toEqual(
            listed.filter((s) => s.status === "ACTIVE").map(({ id }) => id),
          );
        }
      },
    );
    await fc.assert(property, runs(12));
    await sql("DELETE FROM session_limits WHERE tenant_id = $1", [world.tenantId]);
  });

  test("an end that has come is EXPIRED in every list before anybody wrote it down, with its time, and ever after", async () => {
    const { personId } = await world.person("decider");
    const opened = await open(personId);
    const [{ end }] = await sql(
      "UPDATE user_sessions SET idle_expires_at = clock_timestamp() WHERE id = $1 RETURNING idle_expires_at AS end",
      [idOf(opened)],
    );
    const stands = { status: "EXPIRED" as SessionStatus, endedAt: end.toISOString(), endedReason: "expired" };
    const looks = async () => {
      expect((await listSessions(ada, { ids: [idOf(opened)] })).items).toMatchObject([stands]);
      expect((await listSessions(ada, { ids: [idOf(opened)], status: ["EXPIRED"] })).items).toHaveLength(1);
      expect((await listSessions(ada, { ids: [idOf(opened)], status: ["ACTIVE", "REVOKED"] })).items).toEqual([]);
      expect((await mySessions(opened.caller, { ended: true })).items).toMatchObject([stands]);
      expect(await revokeSessions(ada, { ids: [idOf(opened)] })).toEqual({ sessions: 0, people: 0 });
    };
    await looks();
    expect((await sql("SELECT status FROM user_sessions WHERE id = $1", [idOf(opened)]))[0].status).toBe("ACTIVE");
    await expireSessions(await world.system(), {});
    await looks();
    expect(await sql("SELECT status, ended_at, ended_reason FROM user_sessions WHERE id = $1", [idOf(opened)])).toEqual(
      [{ status: "EXPIRED", ended_at: end, ended_reason: "expired" }],
    );
    const longer = "UPDATE user_sessions SET idle_expires_at = absolute_expires_at WHERE id = $1";
    await expect(sql(longer, [idOf(opened)])).rejects.toThrow("an ended session stays ended");
  });
});

describe("S3 a slide never passes the absolute end, nor what the tenant allows", () => {
  test("whatever the tenant allows, a session begins and slides by the stricter of the two", async () => {
    const property = fc.asyncProperty(
      fc.option(fc.integer({ min: 5, max: 300 })),
      fc.option(fc.integer({ min: 1, max: 48 })),
      async (idle, hours) => {
        const other = await makeTenant();
        await sql("INSERT INTO session_limits (tenant_id, idle_minutes, absolute_hours) VALUES ($1, $2, $3)", [
          other.tenantId,
          idle,
          hours,
        ]);
        const { personId } = await other.person("reader");
        const { hash } = await open(personId, {}, other.tenantId);
        const ends = async () =>
          (
            await sql(
              "SELECT extract(epoch FROM idle_expires_at - last_seen_at)::int / 60 AS idle, extract(epoch FROM absolute_expires_at - created_at)::int / 3600 AS hours FROM user_sessions WHERE token_hash = $1",
              [hash],
            )
          )[0];
        const expected = { idle: Math.min(idle ?? 120, 120, (hours ?? 24) * 60), hours: Math.min(hours ?? 24, 24) };
        expect(await ends()).toEqual(expected);
        await sql(
          "UPDATE user_sessions SET last_seen_at = clock_timestamp() - interval '1 minute' WHERE token_hash = $1",
          [hash],
        );
        await who(hash);
        const slid = await ends();
        expect(slid.hours).toBe(expected.hours);
        expect(slid.idle).toBeLessThanOrEqual(expected.idle);
        expect(slid.idle).toBeGreaterThanOrEqual(expected.idle - 1); // the absolute end came nearer
      },
    );
    await fc.assert(property, runs(8));
  });
});

describe("S4 what is ended here is refused in another process at its next request", () => {
  test.each([
    [
      "by its owner",
      async ({ caller }: Opened, other: Opened) => revokeOwnSession(other.caller, { id: caller.sessionId as string }),
    ],
    ["with all others of its owner", async (_: Opened, other: Opened) => revokeOtherSessions(other.caller, {})],
    ["by an administrator", async ({ caller }: Opened) => revokeSessions(ada, { ids: [caller.sessionId as string] })],
    ["by a filter", async ({ caller }: Opened) => endMatching(ada, { person: caller.personId as string })],
    [
      "by its end",
      async ({ caller }: Opened) =>
        sql("UPDATE user_sessions SET idle_expires_at = clock_timestamp() WHERE id = $1", [caller.sessionId]),
    ],
    [
      "by a disabled membership",
      async ({ caller }: Opened) => setMemberStatus(ada, { id: await membership(caller.personId), status: "DISABLED" }),
    ],
    [
      "by a disabled person",
      async ({ caller }: Opened) =>
        blockPerson(await world.system(), { personId: caller.personId as string, blocked: true }),
    ],
  ])("%s", async (_, end) => {
    const elsewhere = await startAsker(urls());
    for (let i = 0; i < 5; i++) {
      const { personId } = await world.person("decider");
      const [one, other] = [await open(personId), await open(personId)];
      expect((await elsewhere(one.hash, world.rootId)).personId).toBe(personId);
      await end(one, other);
      expect((await elsewhere(one.hash, world.rootId)).personId).toBeNull();
    }
  });
});

describe("S4 a look that slides a session never revives it", () => {
  const unseen = (ids: readonly string[]) =>
    sql(
      "UPDATE user_sessions SET last_seen_at = last_seen_at - interval '1 minute' WHERE id = ANY($1) RETURNING idle_expires_at AS idle",
      [ids],
    );
  const rows = (ids: readonly string[]) =>
    sql("SELECT status, idle_expires_at AS idle FROM user_sessions WHERE id = ANY($1)", [ids]);
  const waiting = async () =>
    (
      await sql(
        "SELECT count(*)::int AS n FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
      )
    )[0].n;

  test("one that saw it alive and waits for its end is refused, in this process and another", async () => {
    const elsewhere = await startAsker(urls());
    const opened = await open((await world.person("decider")).personId);
    const [{ idle }] = await unseen([idOf(opened)]);
    const looks = await transaction(await world.system(), async (work) => {
      await revokeSessions(work, { ids: [idOf(opened)] });
      const begun = [who(opened.hash), elsewhere(opened.hash, world.rootId).then(({ personId }) => personId)];
      await expect.poll(waiting).toBe(2);
      return { begun };
    });
    expect(await Promise.all(looks.begun)).toEqual([null, null]);
    expect(await rows([idOf(opened)])).toEqual([{ status: "REVOKED", idle }]);
  });

  test("of any number at a time, before, during and after their end", async () => {
    const property = fc.asyncProperty(fc.integer({ min: 1, max: 6 }), fc.nat({ max: 4 }), async (k, before) => {
      const { personId } = await world.person("decider");
      const all = await Promise.all(Array.from({ length: k }, () => open(personId)));
      const ids = all.map(idOf);
      await unseen(ids);
      const look = () => Promise.all(all.map(({ hash }) => who(hash)));
      const early = Array.from({ length: before }, look);
      const [{ sessions }] = await Promise.all([revokeSessions(ada, { ids }), look(), look()]);
      expect([sessions, await look()]).toEqual([k, all.map(() => null)]);
      await Promise.all(early);
      expect(await look()).toEqual(all.map(() => null));
      expect((await rows(ids)).map(({ status }) => status)).toEqual(all.map(() => "REVOKED"));
    });
    await fc.assert(property, runs(12));
  });
});

describe("S6 after any parallel sign-ins at most the limit live", () => {
  test("of many at a time, with another limit each time, the newest stay: exactly as many as may", async () => {
    const property = fc.asyncProperty(
      fc.integer({ min: 1, max: 5 }),
      fc.integer({ min: 1, max: 12 }),
      async (limit, k) => {
        const other = await makeTenant();
        await sql("INSERT INTO session_limits (tenant_id, concurrent) VALUES ($1, $2)", [other.tenantId, limit]);
        const { personId } = await other.person("reader");
        const tokens = await Promise.all(
          Array.from({ length: k }, () => beginSession(other.tenantId, { id: personId as string, name: "n" }, PLACE)),
        );
        const accepted = await Promise.all(tokens.map(async (token) => (await who(tokenHash(token))) !== null));
        expect(accepted.filter(Boolean)).toHaveLength(Math.min(limit, k));
        const reasons = await sql(
          "SELECT DISTINCT ended_reason AS r FROM user_sessions WHERE tenant_id = $1 AND status = 'REVOKED'",
          [other.tenantId],
        );
        expect(reasons).toEqual(k > limit ? [{ r: "limit" }] : []);
      },
    );
    await fc.assert(property, runs(15));
  });

  test("the one seen longest ago makes room, not the one opened first", async () => {
    const other = await makeTenant();
    await sql("INSERT INTO session_limits (tenant_id, concurrent) VALUES ($1, 2)", [other.tenantId]);
    const { personId } = await other.person("reader");
    const [first, second] = [await open(personId, {}, other.tenantId), await open(personId, {}, other.tenantId)];
    await sql("UPDATE user_sessions SET last_seen_at = last_seen_at - interval '1 minute' WHERE id = $1", [
      idOf(second),
    ]);
    const third = await open(personId, {}, other.tenantId);
    expect([await who(first.hash), await who(second.hash), await who(third.hash)].map((c) => c !== null)).toEqual([
      true,
      false,
      true,
    ]);
  });
});

describe("S7 disabling a membership ends its sessions, disabling a person all", () => {
  test("also one that is being opened at that moment: enabled again, no earlier token is worth anything", async () => {
    const property = fc.asyncProperty(fc.integer({ min: 1, max: 5 }), fc.boolean(), async (k, whole) => {
      const { personId } = await world.person("reader");
      const id = await membership(personId);
      const disable = async () =>
        whole
          ? blockPerson(await world.system(), { personId: personId as string, blocked: true })
          : setMemberStatus(ada, { id, status: "DISABLED" });
      const opening = Array.from({ length: k }, () =>
        beginSession(world.tenantId, { id: personId as string, name: "n" }, PLACE).catch(() => null),
      );
      const [tokens] = await Promise.all([Promise.all(opening), disable()]);
      if (whole) await blockPerson(await world.system(), { personId: personId as string, blocked: false });
      else await setMemberStatus(ada, { id, status: "ACTIVE" });
      for (const token of tokens) if (token) expect(await who(tokenHash(token))).toBeNull();
    });
    await fc.assert(property, runs(12));
  });

  test("a membership's in its tenant and nowhere else; a person's in each", async () => {
    const other = await makeTenant();
    const { personId } = await world.person("reader");
    const email = (await sql("SELECT email FROM people WHERE id = $1", [personId]))[0].email;
    await sql("INSERT INTO memberships (tenant_id, id, person_id) VALUES ($1, $2, $3)", [
      other.tenantId,
      uuidv7(),
      personId,
    ]);
    const [here, there] = [await open(personId), await open(personId, {}, other.tenantId)];
    expect(email).toBeTruthy();
    await setMemberStatus(ada, { id: await membership(personId), status: "DISABLED" });
    expect([await who(here.hash), (await who(there.hash))?.tenantId]).toEqual([null, other.tenantId]);
    await blockPerson(await world.system(), { personId: personId as string, blocked: true });
    expect(await who(there.hash)).toBeNull();
    expect(
      await sql("SELECT status, ended_reason FROM user_sessions WHERE person_id = $1 ORDER BY id", [personId]),
    ).toEqual([
      { status: "REVOKED", ended_reason: "membership_disabled" },
      { status: "REVOKED", ended_reason: "person_disabled" },
    ]);
  });
});

describe("S8 another's session is not found, whoever it is", () => {
  test("an id of nobody, of a colleague and of another tenant answer alike, and change nothing", async () => {
    const other = await makeTenant();
    const [mine, colleague] = [
      await open((await world.person("administrator")).personId),
      await open((await world.person("reader")).personId),
    ];
    const foreign = await open((await other.person("administrator")).personId, {}, other.tenantId);
    const [nobody, theirs] = [uuidv7(), idOf(colleague)];
    for (const id of [nobody, theirs, idOf(foreign)]) {
      const notMine = id === theirs ? nobody : id; // an administrator may end a colleague's
      const tries = [
        () => nameSession(mine.caller, { id, name: "Mine" }),
        () => revokeOwnSession(mine.caller, { id }),
        () => revokeSessions(mine.caller, { ids: [notMine] }),
        () => revokeSessions(mine.caller, { ids: [theirs, notMine] }),
      ];
      for (const tried of tries) await expect(tried()).rejects.toMatchObject({ code: "session.not_found", facts: {} });
    }
    for (const { hash } of [mine, colleague, foreign]) expect(await who(hash)).not.toBeNull();
    expect(await sql("SELECT device_name AS n FROM user_sessions WHERE device_name = 'Mine'")).toEqual([]);
    const listed = await listSessions(mine.caller, { ids: [idOf(foreign)] });
    expect(listed.items).toEqual([]);
  });
});

describe("S10 any bytes as user agent, address or place are survived", () => {
  const units = fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code));
  const bytes = fc.oneof(
    fc.string({ unit: units, maxLength: 1500 }),
    fc.string({
      unit: fc.constantFrom("\u0000", "\ud800", "\udc00", "é", "e\u0301", "%", ":", "1", "."),
      maxLength: 1200,
    }),
    fc.string({ unit: "binary", maxLength: 300 }).map((text) => `Mozilla/5.0 (${text}) Chrome/${text} Safari/${text}`),
    fc.constantFrom("fe80::1%eth0", "::ffff:1.2.3.4", "1.2.3.4, 5.6.7.8", "'; DROP TABLE user_sessions; --"),
  );

  test("a session opens, is listed as whole text of one line, and can be ended", async () => {
    const { personId } = await world.person("reader");
    const property = fc.asyncProperty(bytes, bytes, bytes, async (userAgent, address, location) => {
      const opened = await open(personId, { userAgent, address, location });
      const [listed] = (await mySessions(opened.caller, { limit: 1 })).items;
      expect(listed?.id).toBe(opened.caller.sessionId);
      for (const text of [listed?.browser, listed?.os, listed?.deviceType, listed?.address, listed?.location]) {
        expect(text?.isWellFormed()).toBe(true);
        expect(text).not.toMatch(/\p{Cc}/u);
      }
      expect(listed?.location.length).toBeLessThanOrEqual(100);
      expect(await revokeOwnSession(opened.caller, { id: idOf(opened) })).toEqual({ ended: 1 });
    });
    await fc.assert(property, runs(60));
  });

  test("and a sign-in is judged and counted", async () => {
    const { email, password } = await makeAccount(world, "reader");
    const property = fc.asyncProperty(bytes, async (text) => {
      const result = await signIn({ ...PLACE, email, password, userAgent: text, address: text });
      expect(result.ok).toBe(true);
      expect(source(text).isWellFormed()).toBe(true);
    });
    await fc.assert(property, { numRuns: 5 });
  });
});
