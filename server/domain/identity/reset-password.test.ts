import { beforeAll, describe, expect, test } from "vitest";
import { addPerson } from "#server/domain/identity/add-person.ts";
import { askReset } from "#server/domain/identity/ask-reset.ts";
import { endLinks } from "#server/domain/identity/end-links.ts";
import { callerOfSession } from "#server/domain/identity/find-caller.ts";
import { linkByToken } from "#server/domain/identity/find-link.ts";
import { resetPassword } from "#server/domain/identity/reset-password.ts";
import { answerResets, sendReset } from "#server/domain/identity/send-reset.ts";
import { signIn } from "#server/domain/identity/sign-in.ts";
import { switchTenant } from "#server/domain/identity/switch-tenant.ts";
import { takeSecondStep } from "#server/domain/identity/take-second-step.ts";
import { newToken, tokenHash } from "#server/domain/ids.ts";
import { sealContext } from "#server/domain/messaging/send-message.ts";
import { transaction } from "#server/domain/transaction.ts";
import { unseal } from "#server/platform/seals.ts";
import { accountWithTotp, codeAt } from "#server/testing/factors.ts";
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
const facts = { requestId: "r", correlationId: "r", address: null, locale: null };
const who = (token: string) => callerOfSession(tokenHash(token), 120, facts);
const ask = (email: string, locale: "en" | "es" = "en") =>
  askReset({ email }, { ...facts, address: "10.0.0.1", locale });
const turn = () => answerResets({ aborted: false });
const NEXT = "an entirely new sentence";
const reset = (token: string, password = NEXT) => resetPassword({ ...place, token, password });

/** The tokens of the mails to an address, the newest first, as the mailbox has them. */
async function mailed(email: string): Promise<string[]> {
  const rows = await sql(
    `SELECT m.tenant_id, m.id, s.sealed FROM messages m JOIN message_secrets s ON s.tenant_id = m.tenant_id AND s.message_id = m.id
     WHERE m.to_email = $1 AND m.template = 'passwordReset' ORDER BY m.id DESC`,
    [email],
  );
  return rows.map(({ tenant_id, id, sealed }) => {
    const link = unseal(sealed, sealContext(tenant_id, id, "link")) ?? "";
    return new URL(link).searchParams.get("token") as string;
  });
}

/** As if all that was asked for were of so many minutes ago. */
const wait = (minutes: number) =>
  sql(
    `UPDATE reset_requests SET requested_at = requested_at - make_interval(mins => $1), handled_at = handled_at - make_interval(mins => $1)`,
    [minutes],
  );

async function asked(email: string): Promise<string> {
  await ask(email);
  await turn();
  return (await mailed(email))[0] as string;
}

describe("asking for a new password", () => {
  test("writes the same for an address that is known and one that nobody has, and looks for neither", async () => {
    const { email } = await makeAccount(world, "decider");
    const seen = [];
    for (const address of [email, "nobody@example.test"]) {
      const answer = await ask(address);
      const rows = await sql("SELECT * FROM reset_requests WHERE account = $1", [address]);
      const messages = await sql("SELECT FROM messages WHERE to_email = $1", [address]);
      seen.push([answer, rows.map(({ id, account, requested_at, ...row }) => row), messages.length]);
    }
    expect(seen[0]).toEqual(seen[1]);
  });

  test("is answered by one mail to a member, in the tenant of their oldest membership, and to nobody else", async () => {
    const { email, personId } = await makeAccount(world, "decider");
    await addPerson(await other.system(), { email, name: "Both" });
    const disabled = await makeAccount(world, "decider");
    const gone = await makeAccount(world, "decider");
    await sql("UPDATE people SET disabled_at = now() WHERE id = $1", [disabled.personId]);
    await sql("UPDATE memberships SET status = 'ENDED' WHERE person_id = $1", [gone.personId]);
    for (const address of [email.toUpperCase(), disabled.email, gone.email, "nobody@example.test"]) await ask(address);
    await Promise.all([turn(), turn(), turn()]);
    await turn();
    const messages = await sql(
      "SELECT tenant_id, to_person_id FROM messages WHERE template = 'passwordReset' AND to_email = ANY($1)",
      [[email, disabled.email, gone.email, "nobody@example.test"]],
    );
    expect(messages).toEqual([{ tenant_id: world.tenantId, to_person_id: personId }]);
    expect(await sql("SELECT FROM reset_requests WHERE handled_at IS NULL")).toHaveLength(0);
  });

  test("is mailed once in ten minutes, however often it is asked for, and said to be done each time", async () => {
    const { email } = await makeAccount(world, "decider");
    for (let i = 0; i < 6; i++) {
      expect(await ask(email)).toEqual({ asked: true });
      await turn();
    }
    expect(await mailed(email)).toHaveLength(1);
    await wait(9);
    await ask(email);
    await turn();
    expect(await mailed(email)).toHaveLength(1);
    await wait(1);
    await ask(email);
    await turn();
    expect(await mailed(email)).toHaveLength(2);
  });

  test("at many places at once is one request", async () => {
    const { email } = await makeAccount(world, "decider");
    await Promise.all(Array.from({ length: 12 }, () => ask(email)));
    await turn();
    expect(await mailed(email)).toHaveLength(1);
  });

  test("cannot be used up by a stranger: asking all day leaves the owner a link that works at any time", async () => {
    const { email } = await makeAccount(world, "decider");
    for (let minute = 0; minute < 120; minute += 5) {
      await ask(email);
      await turn();
      await wait(5);
    }
    await ask(email);
    await turn();
    const links = await mailed(email);
    expect(links).toHaveLength(13);
    expect(await linkByToken(links[0] as string, "RESET")).toMatchObject({ status: "OPEN" });
  });

  test("is answered at once where the link of the last mail is over: it was used, or the account was frozen", async () => {
    const { email, personId } = await makeAccount(world, "decider");
    await reset(await asked(email));
    const next = await asked(email);
    expect(await linkByToken(next, "RESET")).toMatchObject({ status: "OPEN" });
    await sql("UPDATE people SET frozen_at = now() WHERE id = $1", [personId]);
    await transaction(await world.system(), (work) => endLinks(work, personId, "ALL"));
    expect(await linkByToken(await asked(email), "RESET")).toMatchObject({ status: "OPEN" });
  });

  test("speaks the person's language, and the page's where they chose none", async () => {
    const { email, personId } = await makeAccount(world, "decider");
    await ask(email, "es");
    await turn();
    await sql("UPDATE people SET locale = 'en' WHERE id = $1", [personId]);
    await wait(10);
    await ask(email, "es");
    await turn();
    const rows = await sql("SELECT language FROM messages WHERE to_email = $1 ORDER BY id", [email]);
    expect(rows.map((r) => r.language)).toEqual(["es", "en"]);
  });

  test("leaves its link in the message's sealed secret and nowhere else", async () => {
    const { email } = await makeAccount(world, "decider");
    const token = await asked(email);
    expect(Buffer.from(token, "base64url")).toHaveLength(32);
    const tables = await sql(
      "SELECT table_name AS t FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'",
    );
    for (const { t } of tables)
      expect(await sql(`SELECT FROM "${t}" x WHERE strpos(x::text, $1) > 0`, [token])).toHaveLength(0);
    expect(await sql("SELECT purpose, status FROM account_links WHERE token_hash = $1", [tokenHash(token)])).toEqual([
      { purpose: "RESET", status: "OPEN" },
    ]);
  });

  test("is answered once, however many workers look", async () => {
    const { email, personId } = await makeAccount(world, "decider");
    await ask(email);
    const [{ id }] = (await sql("SELECT id FROM reset_requests WHERE account = $1", [email])) as [{ id: string }];
    const system = await world.system();
    const sent = await Promise.all(
      [1, 2, 3, 4].map(() => sendReset(system, { requestId: id, personId, language: "en" })),
    );
    expect(sent.filter((s) => s.sent)).toHaveLength(1);
  });
});

describe("a reset link", () => {
  test("sets a password, and ends all sessions in all tenants and every other open link", async () => {
    const account = await makeAccount(world, "decider");
    await addPerson(await other.system(), { email: account.email, name: "Both" });
    const enter = async () => {
      const result = await signIn({ ...place, ...account });
      return result.ok ? result.token : "";
    };
    const here = await enter();
    const caller = await who(await enter());
    const there = caller && (await switchTenant(caller, other.tenantId, place));
    const first = await asked(account.email);
    await wait(10);
    const second = await asked(account.email);
    await reset(second);
    expect([await who(here), await who(there?.token ?? "")]).toEqual([null, null]);
    expect(await signIn({ ...place, ...account })).toMatchObject({ ok: false });
    expect(await signIn({ ...place, ...account, password: NEXT, address: "10.0.0.9" })).toMatchObject({ ok: true });
    for (const token of [first, second]) await expect(reset(token)).rejects.toMatchObject({ code: "link.not_found" });
    const states = await Promise.all([first, second, newToken()].map((token) => linkByToken(token, "RESET")));
    expect(states.map((link) => link?.status ?? null)).toEqual(["OVER", "USED", null]);
  });

  test("works once, of many at the same moment", async () => {
    const { email } = await makeAccount(world, "decider");
    const token = await asked(email);
    const tries = await Promise.allSettled([1, 2, 3, 4, 5].map((n) => reset(token, `${NEXT} ${n}`)));
    expect(tries.filter((t) => t.status === "fulfilled")).toHaveLength(1);
  });

  test("is over after thirty minutes, and is no link of another kind", async () => {
    const { email } = await makeAccount(world, "decider");
    const token = await asked(email);
    const [{ minutes }] = (await sql(
      "SELECT extract(epoch FROM expires_at - created_at) / 60 AS minutes FROM account_links WHERE token_hash = $1",
      [tokenHash(token)],
    )) as [{ minutes: string }];
    expect(Number(minutes)).toBe(30);
    expect(await linkByToken(token, "NOT_ME")).toBeNull();
    await sql("UPDATE account_links SET expires_at = clock_timestamp() WHERE token_hash = $1", [tokenHash(token)]);
    expect(await linkByToken(token, "RESET")).toMatchObject({ status: "OVER" });
    await expect(reset(token)).rejects.toMatchObject({ code: "link.not_found" });
  });

  test("signs nobody in, and is kept when the password is refused", async () => {
    const account = await makeAccount(world, "decider");
    const token = await asked(account.email);
    const before = await sql("SELECT count(*)::int AS n FROM user_sessions");
    await expect(reset(token, "password1")).rejects.toMatchObject({ code: "password.common" });
    await expect(reset(token, account.email)).rejects.toMatchObject({ code: "password.personal" });
    expect(await reset(token)).toBeUndefined();
    expect(await sql("SELECT count(*)::int AS n FROM user_sessions")).toEqual(before);
  });

  test("leaves a second factor where it is: the new password alone opens nothing", async () => {
    const { account, secret } = await accountWithTotp(world, sql);
    const token = await asked(account.email);
    await reset(token);
    const said = await signIn({ ...place, email: account.email, password: NEXT });
    expect(said).toMatchObject({ ok: false, next: { factors: expect.arrayContaining(["totp"]) } });
    const challenge = said.ok ? "" : (said.next?.challenge ?? "");
    expect(await takeSecondStep(challenge, { code: codeAt(secret) }, place)).toMatchObject({
      token: expect.any(String),
    });
  });

  test("of a person who was disabled meanwhile is unknown", async () => {
    const { email, personId } = await makeAccount(world, "decider");
    const token = await asked(email);
    await sql("UPDATE people SET disabled_at = now() WHERE id = $1", [personId]);
    expect(await linkByToken(token, "RESET")).toBeNull();
    await expect(reset(token)).rejects.toMatchObject({ code: "link.not_found" });
  });

  test("makes its browser known: its owner gets in at once while strangers are guessing", async () => {
    const account = await makeAccount(world, "decider");
    const token = await asked(account.email);
    const device = { presented: null, fresh: newToken() };
    await resetPassword({ ...place, device, token, password: NEXT });
    await sql("INSERT INTO sign_in_attempts VALUES ('everywhere', $1, 100, clock_timestamp())", [account.email]);
    const enter = (presented: string | null, address: string) =>
      signIn({ ...place, address, ...account, password: NEXT, device: { presented, fresh: newToken() } });
    expect(await enter(null, "10.3.0.1")).toMatchObject({ ok: false, judged: false });
    expect(await enter(device.fresh, "10.3.0.2")).toMatchObject({ ok: true });
  });

  test("is told by mail, and audited without a secret", async () => {
    const { email, personId } = await makeAccount(world, "decider");
    await reset(await asked(email));
    const templates = await sql("SELECT template FROM messages WHERE to_email = $1 ORDER BY id", [email]);
    expect(templates.map((t) => t.template)).toEqual(["passwordReset", "passwordChanged"]);
    const audit = await sql(
      "SELECT action, class FROM audit_logs WHERE target_id = $1 AND action LIKE 'person.%reset%' ORDER BY id",
      [personId],
    );
    expect(audit).toEqual([
      { action: "person.reset_asked", class: "SECURITY" },
      { action: "person.password_reset", class: "SECURITY" },
    ]);
  });
});
