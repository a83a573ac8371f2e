import { beforeAll, expect, test } from "vitest";
import { addPerson } from "#server/domain/identity/add-person.ts";
import { resetFactors } from "#server/domain/people/reset-factors.ts";
import { accountWithTotp } from "#server/testing/factors.ts";
import { Browser, makeAccount } from "#server/testing/http.ts";
import type { World } from "#server/testing/world.ts";
import { bindTestDatabase, makeTenant } from "#server/testing/world.ts";

const { admin } = bindTestDatabase();
let world: World;
let other: World;
beforeAll(async () => {
  [world, other] = [await makeTenant(), await makeTenant()];
});

const sql = async (text: string, values: unknown[] = []) => (await admin().pool.query(text, values)).rows;

test("whose factors are reset is told by one mail, in whatever number of tenants, and by none where there were none", async () => {
  const { email, personId } = await makeAccount(world, "decider");
  await addPerson(await other.system(), { email, name: "Both" });
  const reset = async () => resetFactors(await world.system(), { personId });
  const mails = () => sql("SELECT template, subject, text FROM messages WHERE to_email = $1", [email]);
  await reset();
  expect(await mails()).toEqual([]);
  await sql("INSERT INTO totp_factors (person_id, sealed_secret, confirmed_at) VALUES ($1, '', now())", [personId]);
  await reset();
  expect(await mails()).toEqual([
    {
      template: "factorsReset",
      subject: "Your second factors were taken away",
      text: expect.stringMatching(/\/profile\/sessions[\s\S]*end what you do not know/),
    },
  ]);
  const logged = "SELECT tenant_id AS id FROM audit_logs WHERE action = 'factor.reset' AND target_id = $1 ORDER BY id";
  expect((await sql(logged, [personId])).map(({ id }) => id)).toEqual(
    [world, other].flatMap(({ tenantId }) => [tenantId, tenantId]).sort(),
  );
});

test("the operator's reset lets the password alone in again, once and for all that was lost", async () => {
  const { account, browser } = await accountWithTotp(world, sql);
  const enter = () => new Browser().signIn(account.email, account.password);
  expect((await enter()).status).toBe(401);
  await resetFactors(await world.system(), { personId: account.personId });
  expect((await enter()).status).toBe(200);
  const left = (await browser.query("factors.list", {})).body.result.data;
  expect(left).toEqual({ totp: null, passkeys: [], recoveryLeft: 0 });
});
