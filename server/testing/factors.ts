import { generateSync } from "otplib";
import { Authenticator } from "#server/testing/authenticator.ts";
import type { Account, Said } from "#server/testing/http.ts";
import { makeAccount, signedIn } from "#server/testing/http.ts";
import type { World } from "#server/testing/world.ts";

/** Accounts with second factors, and what they are answered. */

type Sql = (text: string, values?: unknown[]) => Promise<unknown>;

export const told = ({ status, body }: Said) => (status === 200 ? "ok" : body.error.data.code);
export const data = ({ body }: Said) => body.result.data;
export const codeAt = (secret: string, seconds = 0) => generateSync({ secret, epoch: Date.now() / 1000 + seconds });

/** As if the newest code that was taken were of long ago, and nobody had tried anything. */
export const restFactors = (sql: Sql, { personId, email }: Account) =>
  Promise.all([
    sql("UPDATE totp_factors SET last_step = 0 WHERE person_id = $1", [personId]),
    sql("DELETE FROM sign_in_attempts WHERE account = $1", [email]),
  ]);

export async function accountWithTotp(world: World, sql: Sql) {
  const account = await makeAccount(world, "administrator");
  const browser = await signedIn(account);
  const { secret } = data(await browser.mutate("factors.beginTotp", {}));
  const confirmed = await browser.mutate("factors.confirmTotp", { code: codeAt(secret) });
  const { recoveryCodes } = data(confirmed) as { recoveryCodes: string[] };
  await restFactors(sql, account);
  return { account, browser, secret: secret as string, recoveryCodes };
}

export async function accountWithPasskey(world: World, name = "Laptop") {
  const account = await makeAccount(world, "administrator");
  const browser = await signedIn(account);
  const key = new Authenticator();
  const asked = data(await browser.mutate("factors.beginPasskey", {}));
  const said = await browser.mutate("factors.addPasskey", { passkey: key.register(asked), name });
  return { account, browser, key, added: data(said), asked };
}
