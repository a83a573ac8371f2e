import { beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { reportSignIn } from "#server/domain/identity/report-sign-in.ts";
import { uuidv7 } from "#server/domain/ids.ts";
import { sealContext } from "#server/domain/messaging/send-message.ts";
import { unseal } from "#server/platform/seals.ts";
import { Authenticator } from "#server/testing/authenticator.ts";
import { accountWithPasskey, accountWithTotp, codeAt, data, told } from "#server/testing/factors.ts";
import type { Account } from "#server/testing/http.ts";
import { Browser, makeAccount, signedIn } from "#server/testing/http.ts";
import type { World } from "#server/testing/world.ts";
import { bindTestDatabase, makeTenant } from "#server/testing/world.ts";

const { admin } = bindTestDatabase();
let world: World;
beforeAll(async () => {
  world = await makeTenant();
});
// In the middle of a code's time, so that it is the same one when it arrives.
beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"], now: (Math.floor(Date.now() / 30_000) + 0.5) * 30_000 });
  return () => vi.useRealTimers();
});

const sql = async (text: string, values: unknown[] = []) => (await admin().pool.query(text, values)).rows;

describe("whose factors change", () => {
  /** The mails to an account about them, with what is in their links. */
  async function mails({ email }: Account) {
    const rows = await sql(
      `SELECT m.tenant_id, m.id, m.language, m.subject, m.html, m.text, s.sealed FROM messages m
       LEFT JOIN message_secrets s ON s.tenant_id = m.tenant_id AND s.message_id = m.id
       WHERE m.to_email = $1 AND m.template = 'factorChanged' ORDER BY m.id`,
      [email],
    );
    return rows.map(({ tenant_id, id, sealed, ...mail }) => {
      const link = unseal(sealed, sealContext(tenant_id, id, "link")) ?? "";
      return { ...mail, token: new URL(link).searchParams.get("token") ?? "" };
    });
  }

  test("is told of each change by mail, in their language, with nothing in it that anybody proves themselves with", async () => {
    const { account, browser, secret, recoveryCodes } = await accountWithTotp(world, sql);
    await sql("UPDATE people SET locale = 'es' WHERE id = $1", [account.personId]);
    const key = new Authenticator();
    const asked = data(await browser.mutate("factors.beginPasskey", {}));
    const { id } = data(await browser.mutate("factors.addPasskey", { passkey: key.register(asked), name: "Laptop" }));
    const renewed = data(await browser.mutate("factors.renewRecoveryCodes", {})).recoveryCodes;
    await browser.mutate("factors.removePasskey", { id });
    await browser.mutate("factors.removeTotp", {});
    const sent = await mails(account);
    expect(sent.map(({ language, subject }) => [language, subject])).toEqual([
      ["en", "An authenticator app was added to your account"],
      ["es", "Se ha añadido una llave de acceso a su cuenta"],
      ["es", "Los códigos de recuperación de su cuenta son otros"],
      ["es", "Se ha quitado una llave de acceso de su cuenta"],
      ["es", "Se ha quitado la aplicación de autenticación de su cuenta"],
    ]);
    const secrets = [secret, asked.challenge, "Laptop", ...sent.map(({ token }) => token)];
    for (const { html, text } of sent) {
      expect(text).toContain("UTC");
      for (const part of [...secrets, ...recoveryCodes, ...renewed]) expect(html + text).not.toContain(part);
    }
  });

  test("is told nothing where nothing has changed", async () => {
    const { account, browser } = await accountWithTotp(world, sql);
    await browser.mutate("factors.beginTotp", {});
    await browser.mutate("factors.beginPasskey", {});
    await browser.mutate("factors.removePasskey", { id: uuidv7() });
    expect(await mails(account)).toHaveLength(1);
  });

  test("takes it back by the link of that mail: the factor is gone, and everybody is out", async () => {
    const { account, browser, key } = await accountWithPasskey(world);
    const [mail] = await mails(account);
    await reportSignIn(mail?.token ?? "", { address: "192.0.2.7", requestId: "r" });
    expect((await browser.query("access.whoAmI", {})).status).toBe(401);
    expect(await sql("SELECT FROM passkeys WHERE person_id = $1", [account.personId])).toHaveLength(0);
    const other = new Browser();
    const options = data(await other.mutate("signIn.passkeyOptions", {}));
    expect(told(await other.mutate("signIn.passkey", { passkey: key.assert(options) }))).toBe("sign_in.wrong");
  });

  test("takes back by the newest of those mails what was added in an earlier session, too", async () => {
    const { account, key } = await accountWithPasskey(world);
    const later = new Browser();
    const options = data(await later.mutate("signIn.passkeyOptions", {}));
    expect(told(await later.mutate("signIn.passkey", { passkey: key.assert(options) }))).toBe("ok");
    expect(told(await later.mutate("factors.renewRecoveryCodes", {}))).toBe("ok");
    const newest = (await mails(account)).at(-1);
    await reportSignIn(newest?.token ?? "", { address: "192.0.2.7", requestId: "r" });
    expect(await sql("SELECT FROM passkeys WHERE person_id = $1", [account.personId])).toHaveLength(0);
  });

  test("takes back an app that was begun in one session and confirmed in another", async () => {
    const account = await makeAccount(world, "administrator");
    const { secret } = data(await (await signedIn(account)).mutate("factors.beginTotp", {}));
    await sql("UPDATE user_sessions SET status = 'REVOKED', ended_at = now() WHERE person_id = $1", [account.personId]);
    const later = await signedIn(account);
    expect(told(await later.mutate("factors.confirmTotp", { code: codeAt(secret) }))).toBe("ok");
    const [mail] = await mails(account);
    await reportSignIn(mail?.token ?? "", { address: "192.0.2.7", requestId: "r" });
    expect(await sql("SELECT FROM totp_factors WHERE person_id = $1", [account.personId])).toHaveLength(0);
  });
});
