import fc from "fast-check";
import { beforeEach, describe, expect, test } from "vitest";
import type { Caller } from "#server/domain/caller.ts";
import type { Place } from "#server/domain/identity/open-session.ts";
import { freezeSessions } from "#server/domain/sessions/freeze-sessions.ts";
import { nameSession } from "#server/domain/sessions/name-session.ts";
import { countFrozen, listSessions, sessionChoices, sessionLimits } from "#server/domain/sessions/queries.ts";
import { revokeOtherSessions } from "#server/domain/sessions/revoke-own.ts";
import { revokeFrozen, revokeSessions } from "#server/domain/sessions/revoke-sessions.ts";
import { isNetwork, REVOKE_MAX } from "#server/domain/sessions/rules.ts";
import { aliveTo, openSessionOf, sessionIds } from "#server/testing/sessions.ts";
import type { World } from "#server/testing/world.ts";
import { bindTestDatabase, makeTenant } from "#server/testing/world.ts";

const { admin } = bindTestDatabase();
const sql = async (text: string, values: unknown[] = []) => (await admin().pool.query(text, values)).rows;
const CHROME =
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36";
const FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";

let world: World;
let ada: Caller;
beforeEach(async () => {
  world = await makeTenant();
  ada = await open((await world.person("administrator")).personId);
});

const open = (personId: string | null, place: Partial<Place> = {}) => openSessionOf(world, personId, place);
const aliveOf = () => aliveTo(ada);

describe("what is ended is what was counted", () => {
  test("sessions opened after the count live on, and so does the one that asks", async () => {
    const [olu, mei] = [await world.person("decider"), await world.person("decider")];
    const counted = [await open(olu.personId), await open(olu.personId), await open(mei.personId)];
    const { id: set, sessions, people } = await freezeSessions(ada, {});
    expect({ sessions, people }).toEqual({ sessions: 3, people: 2 });
    const later = await open(mei.personId);
    expect(await countFrozen(ada, { set })).toEqual({ alive: 3 });
    expect(await revokeFrozen(ada, { set })).toEqual({ sessions: 3, people: 2, left: 0 });
    expect((await aliveOf()).sort()).toEqual(sessionIds([ada, later]).sort());
    expect(await countFrozen(ada, { set })).toEqual({ alive: 0 });
    const logged = await sql(
      "SELECT target_id AS id, person_id AS by, after FROM audit_logs WHERE action = 'session.revoked' AND tenant_id = $1 ORDER BY 1",
      [world.tenantId],
    );
    expect(logged.map(({ id }) => id).sort()).toEqual(sessionIds(counted).sort());
    for (const { by, after } of logged) {
      expect(by).toBe(ada.personId);
      expect(after).toMatchObject({ status: "REVOKED", reason: "revoked" });
    }
  });

  test("a session that is used after the count leaves the filter and not the set: it ends, and no other for it", async () => {
    const { personId } = await world.person("decider");
    const [unused, used, busy] = [await open(personId), await open(personId), await open(personId)];
    const hoursAgo = "UPDATE user_sessions SET last_seen_at = last_seen_at - interval '2 hours' WHERE id = ANY($1)";
    await sql(hoursAgo, [sessionIds([unused, used])]);
    const filter = { seenBefore: new Date(Date.now() - 3_600_000).toISOString() };
    const { id: set, sessions } = await freezeSessions(ada, { filter });
    expect(sessions).toBe(2);
    await sql("UPDATE user_sessions SET last_seen_at = clock_timestamp() WHERE id = $1", [used.sessionId]);
    await sql(hoursAgo, [sessionIds([busy])]);
    expect(await countFrozen(ada, { set })).toEqual({ alive: 2 });
    expect(await revokeFrozen(ada, { set })).toEqual({ sessions: 2, people: 1, left: 0 });
    expect((await aliveOf()).sort()).toEqual(sessionIds([ada, busy]).sort());
    expect(await countFrozen(ada, { set })).toEqual({ alive: 0 });
  });

  test("what has ended by itself is not ended again", async () => {
    const { personId } = await world.person("decider");
    const [first, second, third] = [await open(personId), await open(personId), await open(personId)];
    const { id: set } = await freezeSessions(ada, {});
    await revokeOtherSessions({ ...third, sessionId: null }, {});
    expect(await revokeFrozen(ada, { set })).toEqual({ sessions: 0, people: 0, left: 0 });
    expect(await revokeSessions(ada, { ids: sessionIds([first, second, third]) })).toEqual({ sessions: 0, people: 0 });
  });

  test("also the own session, when that is asked for, and as the last", async () => {
    const other = await open((await world.person("decider")).personId);
    const { id: set, sessions } = await freezeSessions(ada, { own: true });
    expect(sessions).toBe(2);
    expect(await revokeFrozen(ada, { set })).toMatchObject({ sessions: 2 });
    expect(await aliveOf()).toEqual([]);
    const ended =
      "SELECT target_id AS id FROM audit_logs WHERE action = 'session.revoked' AND tenant_id = $1 ORDER BY id";
    expect((await sql(ended, [world.tenantId])).map(({ id }) => id)).toContain(other.sessionId);
  });

  test("a set is its maker's: nobody else ends it or looks into it, and a day later it is forgotten", async () => {
    await open((await world.person("decider")).personId);
    const bob = await open((await world.person("administrator")).personId);
    const { id: set } = await freezeSessions(ada, {});
    const unknown = { code: "session.not_found" };
    for (const caller of [bob, { ...ada, tenantId: (await makeTenant()).tenantId }]) {
      await expect(revokeFrozen(caller, { set })).rejects.toMatchObject({ code: expect.any(String) });
      await expect(countFrozen(caller, { set })).rejects.toMatchObject({ code: expect.any(String) });
    }
    await expect(revokeFrozen(bob, { set })).rejects.toMatchObject(unknown);
    await sql("UPDATE session_sets SET created_at = created_at - interval '25 hours' WHERE id = $1", [set]);
    await freezeSessions(bob, {});
    await expect(revokeFrozen(ada, { set })).rejects.toMatchObject(unknown);
  });

  test(`more than ${REVOKE_MAX} are ended by as many commits as they take, each once`, async () => {
    const { personId } = await world.person("decider");
    await sql(
      `INSERT INTO user_sessions (tenant_id, id, person_id, token_hash, created_at, last_seen_at, idle_expires_at, absolute_expires_at)
       SELECT $1, gen_random_uuid(), $2, md5(n::text) || md5(n::text), now(), now(), now() + interval '1 hour', now() + interval '1 hour' FROM generate_series(1, $3) n`,
      [world.tenantId, personId, REVOKE_MAX + 5],
    );
    const { id: set, sessions } = await freezeSessions(ada, {});
    expect(sessions).toBe(REVOKE_MAX + 5);
    expect(await revokeFrozen(ada, { set })).toEqual({ sessions: REVOKE_MAX, people: 1, left: 5 });
    expect(await revokeFrozen(ada, { set })).toEqual({ sessions: 5, people: 1, left: 0 });
    expect(await aliveOf()).toEqual(sessionIds([ada]));
    expect(
      await sql("SELECT count(*)::int AS n FROM audit_logs WHERE action = 'session.revoked' AND tenant_id = $1", [
        world.tenantId,
      ]),
    ).toEqual([{ n: REVOKE_MAX + 5 }]);
  });
});

describe("the list is narrowed", () => {
  test("by person, browser, address, range, and before when: to the same for counting and for ending", async () => {
    const [olu, mei] = [await world.person("decider"), await world.person("decider")];
    const a = await open(olu.personId, { userAgent: CHROME, address: "10.1.2.3" });
    const b = await open(olu.personId, { userAgent: FIREFOX, address: "2001:db8::7" });
    const c = await open(mei.personId, { userAgent: CHROME, address: "10.9.0.1", location: "Lisbon" });
    await sql(
      "UPDATE user_sessions SET created_at = created_at - interval '3 days', last_seen_at = last_seen_at - interval '2 days' WHERE id = $1",
      [c.sessionId],
    );
    const day = (ago: number) => new Date(Date.now() - ago * 86_400_000).toISOString();
    const cases = [
      [{ person: olu.personId as string }, [a, b]],
      [{ browser: "Chrome" }, [a, c]],
      [{ browser: "Chrome", person: mei.personId as string }, [c]],
      [{ browser: "Chro" }, []],
      [{ address: "10.1.2.3" }, [a]],
      [{ address: "10.1.0.0/16" }, [a]],
      [{ address: "2001:db8::/32" }, [b]],
      [{ openedBefore: day(1) }, [c]],
      [{ openedBefore: day(4) }, []],
      [{ seenBefore: day(1) }, [c]],
      [{ seenBefore: day(2.5) }, []],
    ] as const;
    for (const [filter, expected] of cases) {
      const { items } = await listSessions(ada, { filter });
      expect([filter, items.map(({ id }) => id).sort()]).toEqual([filter, sessionIds(expected).sort()]);
      expect((await freezeSessions(ada, { filter })).sessions).toBe(expected.length);
    }
    expect((await listSessions(ada, { filter: { person: mei.personId as string } })).items).toMatchObject([
      {
        address: "10.9.0.1",
        location: "Lisbon",
        browser: "Chrome 142.0.0.0",
        os: "Windows",
        deviceType: "desktop",
        deviceName: null,
        current: false,
      },
    ]);
    expect((await sessionChoices(ada, {})).browsers).toEqual(["Chrome", "Firefox"]);
    expect(
      (await sessionChoices(ada, { q: "nobody", person: olu.personId as string })).people.map(({ id }) => id),
    ).toEqual([olu.personId]);
    const { id: set } = await freezeSessions(ada, { filter: { browser: "Chrome" } });
    await revokeFrozen(ada, { set });
    expect((await aliveOf()).sort()).toEqual(sessionIds([ada, b]).sort());
  });

  test("page by page, each once, the newest first", async () => {
    const { personId } = await world.person("decider");
    const opened = [];
    for (let n = 0; n < 7; n++) opened.push(await open(personId));
    const seen: string[] = [];
    for (let after: string | undefined; ; ) {
      const { items, next } = await listSessions(ada, {
        filter: { person: personId as string },
        limit: 3,
        ...(after ? { after } : {}),
      });
      seen.push(...items.map(({ id }) => id));
      if (!next) break;
      after = next;
    }
    expect(seen).toEqual(sessionIds(opened).reverse());
  });

  test("whatever is an address or a range here is one for the database, and nothing else is", async () => {
    const text = fc.oneof(
      fc.ipV4(),
      fc.ipV6(),
      fc.tuple(fc.oneof(fc.ipV4(), fc.ipV6()), fc.integer({ min: 0, max: 140 })).map(([ip, bits]) => `${ip}/${bits}`),
      fc.string({ unit: fc.constantFrom("0", "1", "25", ".", ":", "/", "f", "%", " "), maxLength: 12 }),
    );
    const property = fc.asyncProperty(text, async (given) => {
      fc.pre(!given.includes("%") && !/^\d+(\.\d+){0,2}(\/|$)/.test(given)); // the database takes "10/8" for 10.0.0.0/8
      const known = await sql("SELECT $1::inet", [given]).then(
        () => true,
        () => false,
      );
      if (isNetwork(given)) expect([given, known]).toEqual([given, true]);
      if (!known) expect([given, isNetwork(given)]).toEqual([given, false]);
    });
    await fc.assert(property, { numRuns: 200 });
    for (const given of ["10.0.0.1", "10.0.0.0/8", "::1", "2001:db8::/32", "0.0.0.0/0"])
      expect(isNetwork(given)).toBe(true);
  });
});

describe("the name of a device", () => {
  const named = async ({ sessionId }: Caller) =>
    (await listSessions(ada, { ids: [sessionId as string] })).items[0]?.deviceName;

  test("goes on to the next session of the same cookie and person, and to nobody who only looks like it", async () => {
    const [olu, mei] = [await world.person("decider"), await world.person("decider")];
    const place = { userAgent: CHROME };
    const first = await open(olu.personId, { ...place, device: { presented: null, fresh: "one" } });
    await nameSession(first, { id: first.sessionId as string, name: " Work laptop " });
    const alike = await open(olu.personId, { ...place, device: { presented: null, fresh: "other" } });
    const stranger = await open(mei.personId, { ...place, device: { presented: "one", fresh: "mine" } });
    expect([await named(first), await named(alike), await named(stranger)]).toEqual(["Work laptop", null, null]);
    // Its cookie is another since somebody else signed in with that browser.
    const next = await open(olu.personId, { ...place, device: { presented: "mine", fresh: "two" } });
    const copied = await open(olu.personId, { ...place, device: { presented: "one", fresh: "three" } });
    expect([await named(next), await named(copied)]).toEqual(["Work laptop", null]);
    await nameSession(next, { id: next.sessionId as string, name: "" });
    expect(await named(await open(olu.personId, { ...place, device: { presented: "two", fresh: "four" } }))).toBeNull();
  });
});

describe("who administers a part of the tenant", () => {
  test("neither reads nor ends sessions, and sees none counted: a session is in the whole tenant", async () => {
    const local = await world.person("administrator", world.orgs.ny);
    const narrowed = { ...ada, within: world.orgs.ny };
    const { id: set } = await freezeSessions(ada, {});
    for (const caller of [local, narrowed]) {
      const reads = [
        listSessions(caller, {}),
        sessionChoices(caller, {}),
        countFrozen(caller, { set }),
        sessionLimits(caller, {}),
      ];
      for (const read of await Promise.allSettled(reads))
        expect(read).toMatchObject({ status: "rejected", reason: { code: "access.denied" } });
      const refused = { code: caller === local ? "access.denied" : "org.not_found" };
      await expect(revokeSessions(caller, { ids: sessionIds([ada]) })).rejects.toMatchObject(refused);
      await expect(freezeSessions(caller, {})).rejects.toMatchObject(refused);
      await expect(revokeFrozen(caller, { set })).rejects.toMatchObject(refused);
    }
  });
});
