import { beforeAll, describe, expect, test } from "vitest";
import type { Caller } from "#server/domain/caller.ts";
import { addPerson } from "#server/domain/identity/add-person.ts";
import { endReused } from "#server/domain/identity/end-reused.ts";
import { callerOfSession } from "#server/domain/identity/find-caller.ts";
import { signIn } from "#server/domain/identity/sign-in.ts";
import { newToken, tokenHash, uuidv7 } from "#server/domain/ids.ts";
import { acceptInvitation } from "#server/domain/people/accept-invitation.ts";
import { invitePerson, offerInvitation } from "#server/domain/people/invite-person.ts";
import { invitationByToken, listInvitations, listPeople } from "#server/domain/people/queries.ts";
import { resendInvitation } from "#server/domain/people/resend-invitation.ts";
import { setMemberStatus } from "#server/domain/people/set-member-status.ts";
import { withdrawInvitation } from "#server/domain/people/withdraw-invitation.ts";
import { makeAccount } from "#server/testing/http.ts";
import { openSessionOf } from "#server/testing/sessions.ts";
import type { World } from "#server/testing/world.ts";
import { again, bindTestDatabase, makeTenant } from "#server/testing/world.ts";

const { admin } = bindTestDatabase();
let world: World;
let elsewhere: World;
let ada: Caller;
beforeAll(async () => {
  [world, elsewhere] = [await makeTenant(), await makeTenant()];
  ada = await world.person("administrator");
});

const sql = async (text: string, values: unknown[] = []) => (await admin().pool.query(text, values)).rows;
const address = () => `${uuidv7()}@example.test`;
const place = { address: "10.0.0.1", userAgent: "x", requestId: "r", idleMinutes: 120, absoluteHours: 24 };

/** An invitation whose token is in hand. */
async function offered(given: { email?: string; role?: string; scopeId?: string } = {}, of = world) {
  const token = newToken();
  const email = given.email ?? address();
  const input = { ...given, email, name: "New Person", tokenHash: tokenHash(token) };
  const { id } = await offerInvitation(await of.system(), input);
  return { token, email, id };
}
const accept = (token: string, more: { password?: string; before?: Caller } = {}) =>
  acceptInvitation({ ...place, token, name: undefined, password: more.password, before: more.before ?? null });
const PASSWORD = "a long enough password";

describe("an invitation", () => {
  test("makes a person with the password of the page, a member with the role that was offered, and a session", async () => {
    const { token, email } = await offered({ role: "decider", scopeId: world.orgs.ca });
    expect(await invitationByToken(token)).toMatchObject({ email, personId: null, tenantId: world.tenantId });
    await accept(token, { password: PASSWORD });
    expect(await signIn({ ...place, email, password: PASSWORD })).toMatchObject({ ok: true });
    const { items } = await listPeople(ada, { q: email });
    expect(items).toMatchObject([{ email, status: "ACTIVE", roles: [{ role: "decider", scope: "CA" }] }]);
  });

  test("works once, of many at the same moment", async () => {
    const { token, email } = await offered();
    const tries = await Promise.allSettled(Array.from({ length: 6 }, () => accept(token, { password: PASSWORD })));
    expect(tries.filter((t) => t.status === "fulfilled")).toHaveLength(1);
    expect(await sql("SELECT FROM people WHERE email = $1", [email])).toHaveLength(1);
    await expect(accept(token, { password: PASSWORD })).rejects.toMatchObject({ code: "invitation.not_found" });
  });

  test.each([
    ["its time is over", "UPDATE invitations SET expires_at = clock_timestamp() WHERE id = $1"],
    ["it was withdrawn", "UPDATE invitations SET status = 'WITHDRAWN', ended_at = now() WHERE id = $1"],
  ])("is unknown when %s, as one that never was", async (_, statement) => {
    const { token, id } = await offered();
    await sql(statement, [id]);
    for (const given of [token, newToken()]) {
      expect(await invitationByToken(given)).toBeNull();
      await expect(accept(given, { password: PASSWORD })).rejects.toMatchObject({ code: "invitation.not_found" });
    }
  });

  test("of the same address ends the one before", async () => {
    const first = await offered();
    const second = await offered({ email: first.email });
    expect([await invitationByToken(first.token), (await invitationByToken(second.token))?.id]).toEqual([
      null,
      second.id,
    ]);
  });

  test("is neither shown nor stored as a token: every cell of every table is searched for it", async () => {
    const { token } = await offered();
    const tables = await sql(
      "SELECT table_name AS t FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'",
    );
    for (const { t } of tables)
      expect(await sql(`SELECT FROM "${t}" x WHERE strpos(x::text, $1) > 0`, [token])).toHaveLength(0);
  });

  test("for an address with an account gives nothing to who only has the link, and the membership to its owner", async () => {
    const owner = await makeAccount(elsewhere, "decider");
    const stranger = await makeAccount(elsewhere, "decider");
    const { token } = await offered({ email: owner.email, role: "reader", scopeId: world.rootId });
    for (const more of [{}, { before: await openSessionOf(elsewhere, stranger.personId) }])
      await expect(accept(token, { password: PASSWORD, ...more })).rejects.toMatchObject({
        code: "invitation.sign_in",
      });
    expect(await signIn({ ...place, ...owner, password: PASSWORD })).toMatchObject({ ok: false });
    await accept(token, { before: await openSessionOf(elsewhere, owner.personId) });
    expect((await listPeople(ada, { q: owner.email })).items).toMatchObject([{ personId: owner.personId }]);
    expect(await signIn({ ...place, ...owner })).toMatchObject({ ok: true });
  });

  describe("of who has an account", () => {
    const facts = { requestId: "r", correlationId: "r", address: null, locale: null };
    const callerBy = (token: string | null) => callerOfSession(tokenHash(token ?? ""), 120, facts);
    const invited = async () => {
      const owner = await makeAccount(elsewhere, "decider");
      return { ...owner, token: (await offered({ email: owner.email })).token };
    };
    const signedIn = async (owner: { email: string; password: string }) => {
      const result = await signIn({ ...place, ...owner });
      return result.ok ? result.token : "";
    };

    test("S3 S5 goes on with the session that it came with: no longer, no better proven, and until its token comes back", async () => {
      const owner = await invited();
      const first = await signedIn(owner);
      await sql(
        `UPDATE user_sessions SET absolute_expires_at = clock_timestamp() + interval '3 hours', proven_at = created_at - interval '1 hour' WHERE token_hash = $1`,
        [tokenHash(first)],
      );
      const before = (await callerBy(first)) as Caller;
      const { token } = await accept(owner.token, { before });
      expect(await callerBy(first)).toBeNull();
      const after = await callerBy(token);
      expect(after).toMatchObject({ tenantId: world.tenantId, personId: owner.personId, provenAt: before.provenAt });
      const ends = await sql(
        "SELECT DISTINCT absolute_expires_at AS end FROM user_sessions WHERE token_hash = ANY($1)",
        [[first, token ?? ""].map(tokenHash)],
      );
      expect(ends).toHaveLength(1);
      await sql("UPDATE user_sessions SET ended_at = ended_at - interval '61 seconds' WHERE token_hash = $1", [
        tokenHash(first),
      ]);
      await endReused(tokenHash(first), facts);
      expect(await callerBy(token)).toBeNull();
    });

    test("S5 of two with one session, one has a successor; both are memberships", async () => {
      const owner = await invited();
      const before = (await callerBy(await signedIn(owner))) as Caller;
      const third = await makeTenant();
      const { token } = await offered({ email: owner.email }, third);
      const answers = await Promise.all([owner.token, token].map((one) => accept(one, { before })));
      expect(answers.filter((answer) => answer.token !== null)).toHaveLength(1);
      expect(await sql("SELECT FROM memberships WHERE person_id = $1", [owner.personId])).toHaveLength(3);
    });

    test("opens nothing for a password that is being replaced", async () => {
      const owner = await invited();
      const before = (await callerBy(await signedIn(owner))) as Caller;
      const reset = await admin().pool.connect();
      try {
        await reset.query("BEGIN");
        const replaced = "UPDATE credentials SET changed_at = clock_timestamp() WHERE person_id = $1";
        await reset.query(replaced, [owner.personId]);
        const accepted = accept(owner.token, { before }).catch((error) => error);
        const waiting = "SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()";
        await expect.poll(async () => (await sql(waiting)).length).toBe(1);
        await reset.query("COMMIT");
        expect(await accepted).toMatchObject({ code: "password.changed" });
      } finally {
        await reset.query("ROLLBACK");
        reset.release();
      }
      const alive = "SELECT FROM user_sessions WHERE person_id = $1 AND status = 'ACTIVE'";
      expect(await sql(alive, [owner.personId])).toHaveLength(0);
    });
  });

  test("answers and lists the same for an address that is known elsewhere and one that nobody has", async () => {
    const owner = await makeAccount(elsewhere, "decider");
    const shapes = [];
    for (const email of [owner.email, address()]) {
      const answer = await invitePerson(ada, { email, name: "Somebody" });
      const listed = (await listInvitations(ada, {})).find((i) => i.email === email);
      expect((await listPeople(ada, { q: email })).items).toEqual([]);
      shapes.push([Object.keys(answer), { ...listed, id: "", email: "", createdAt: "", expiresAt: "" }]);
    }
    expect(shapes[0]).toEqual(shapes[1]);
  });

  test("by mail puts the link into the message's sealed secret and nowhere else", async () => {
    const email = address();
    const answer = await invitePerson(ada, { email, name: "Somebody" }, { key: uuidv7() });
    const [message] = await sql("SELECT template, has_secret, subject, html, text FROM messages WHERE to_email = $1", [
      email,
    ]);
    expect(message).toMatchObject({ template: "invitation", has_secret: true });
    expect(JSON.stringify([message, answer])).not.toMatch(/welcome\?token=/);
    expect(await invitePerson(ada, { email, name: "Somebody" }, { key: uuidv7() })).not.toEqual(answer);
  });

  test("of a member is refused; who left comes back by one, without what they held, who is disabled does not", async () => {
    const { token, email } = await offered({ role: "decider", scopeId: world.rootId });
    const old = await offered({ email }).then(() => offered({ email, role: "decider", scopeId: world.rootId }));
    await expect(accept(token, { password: PASSWORD })).rejects.toMatchObject({ code: "invitation.not_found" });
    await accept(old.token, { password: PASSWORD });
    await expect(offered({ email })).rejects.toMatchObject({ code: "invitation.member" });
    const [member] = (await listPeople(ada, { q: email })).items;
    await setMemberStatus(ada, { id: member?.id as string, status: "DISABLED" });
    await expect(offered({ email })).rejects.toMatchObject({ code: "invitation.member" });
    await setMemberStatus(ada, { id: member?.id as string, status: "ENDED" });
    const back = await offered({ email });
    await addPerson(await elsewhere.system(), { email, name: "There" });
    await accept(back.token, { before: await openSessionOf(elsewhere, member?.personId as string) });
    expect((await listPeople(ada, { q: email })).items).toMatchObject([{ status: "ACTIVE", roles: [] }]);
  });

  test("sent again has a new link, of the same role, place and language; the old one is dead", async () => {
    const email = address();
    const token = newToken();
    const given = { email, name: "Nora", language: "es" as const, role: "decider", scopeId: world.orgs.ca };
    const { id } = await offerInvitation(await world.system(), { ...given, tokenHash: tokenHash(token) });
    const next = await resendInvitation(ada, { id });
    expect(await invitationByToken(token)).toBeNull();
    const [open] = (await listInvitations(ada, {})).filter((i) => i.email === email);
    expect(open).toMatchObject({
      id: next.id,
      language: "es",
      role: "decider",
      scope: { id: world.orgs.ca },
      over: false,
    });
    const sent = await sql("SELECT language, has_secret FROM messages WHERE to_email = $1", [email]);
    expect(sent).toEqual([{ language: "es", has_secret: true }]);
    await expect(resendInvitation(ada, { id })).rejects.toMatchObject({ code: "invitation.not_found" });
  });

  test("whose time is over can be sent again", async () => {
    const { id, email } = await offered();
    await sql("UPDATE invitations SET expires_at = clock_timestamp() WHERE id = $1", [id]);
    expect((await listInvitations(ada, {})).find((i) => i.email === email)).toMatchObject({ over: true });
    await resendInvitation(ada, { id });
    expect((await listInvitations(ada, {})).filter((i) => i.email === email)).toMatchObject([{ over: false }]);
  });

  test("is mailed to one address five times an hour, whoever asks and however", async () => {
    const email = address();
    let { id } = await invitePerson(ada, { email, name: "Nora" });
    for (let sent = 1; sent < 5; sent++) ({ id } = await resendInvitation(ada, { id }));
    const often = { code: "invitation.too_often", facts: { max: 5 } };
    await expect(resendInvitation(ada, { id })).rejects.toMatchObject(often);
    await withdrawInvitation(ada, { id });
    await expect(invitePerson(ada, { email, name: "Nora" })).rejects.toMatchObject(often);
    expect(await sql("SELECT FROM messages WHERE to_email = $1", [email])).toHaveLength(5);
  });

  test("makes a person who reads what the page was read in, else what the invitation was written in", async () => {
    for (const [chosen, expected] of [
      [undefined, "es"],
      ["en", "en"],
    ] as const) {
      const [email, token] = [address(), newToken()];
      const given = { email, name: "Nora", language: "es" as const, tokenHash: tokenHash(token) };
      await offerInvitation(await world.system(), given);
      await acceptInvitation({ ...place, token, name: "N", password: PASSWORD, language: chosen, before: null });
      expect(await sql("SELECT locale FROM people WHERE email = $1", [email])).toEqual([{ locale: expected }]);
    }
  });

  test("R8 carries only what its maker may give", async () => {
    const local = await world.person("administrator", world.orgs.ny);
    const input = { email: address(), name: "X", role: "reader", scopeId: world.orgs.ca };
    await expect(invitePerson(local, input)).rejects.toMatchObject({ code: "access.denied" });
    const { rowCount } = await admin().pool.query(
      "DELETE FROM role_permissions WHERE tenant_id = $1 AND permission = 'approvals:confirm' AND role_id = (SELECT id FROM roles WHERE tenant_id = $1 AND code = 'administrator')",
      [elsewhere.tenantId],
    );
    expect(rowCount).toBe(1);
    const bob = await elsewhere.person("administrator");
    const beyond = { ...input, role: "confirmer", scopeId: elsewhere.rootId };
    await expect(invitePerson(bob, beyond)).rejects.toMatchObject({ code: "access.not_held" });
    await expect(invitePerson(bob, { ...beyond, role: "decider" })).resolves.toBeDefined();
    await expect(invitePerson(bob, { ...beyond, scopeId: world.rootId })).rejects.toMatchObject({
      code: "org.not_found",
    });
  });

  test("can be withdrawn while it is open, by its own tenant only", async () => {
    const { id, token } = await offered();
    const foreign = await elsewhere.person("administrator");
    await expect(withdrawInvitation(foreign, { id })).rejects.toMatchObject({ code: "invitation.not_found" });
    await withdrawInvitation(ada, { id });
    await expect(withdrawInvitation(ada, { id })).rejects.toMatchObject({ code: "invitation.not_found" });
    expect(await invitationByToken(token)).toBeNull();
  });

  test("is withdrawn with its maker, who may have sent it to themselves", async () => {
    const bob = await world.person("administrator");
    const email = address();
    await invitePerson(bob, { email, name: "Bob again", role: "administrator", scopeId: world.rootId });
    const [member] = await sql("SELECT id FROM memberships WHERE person_id = $1", [bob.personId]);
    await setMemberStatus(ada, { id: member.id, status: "DISABLED" });
    expect(await sql("SELECT status FROM invitations WHERE email = $1", [email])).toEqual([{ status: "WITHDRAWN" }]);
    expect(await again({ tenantId: world.tenantId, personId: bob.personId, clientId: null })).toBeNull();
  });
});
