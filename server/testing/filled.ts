import type pg from "pg";
import { flushUses } from "#server/domain/access/record-uses.ts";
import { commentApproval } from "#server/domain/approvals/comment.ts";
import { decideApproval } from "#server/domain/approvals/decide.ts";
import { decideByFilter } from "#server/domain/bulks/start-bulk.ts";
import { askReset } from "#server/domain/identity/ask-reset.ts";
import { rotateSession } from "#server/domain/identity/rotate-session.ts";
import { answerResets } from "#server/domain/identity/send-reset.ts";
import { uuidv7 } from "#server/domain/ids.ts";
import { deliverMessage } from "#server/domain/messaging/deliver-message.ts";
import { sendMessage } from "#server/domain/messaging/send-message.ts";
import { invitePerson } from "#server/domain/people/invite-person.ts";
import { issueToken } from "#server/domain/service-clients/issue-token.ts";
import { freezeSessions } from "#server/domain/sessions/freeze-sessions.ts";
import { transaction } from "#server/domain/transaction.ts";
import type { Database } from "#server/platform/db.ts";
import { makeAccount, signedIn } from "#server/testing/http.ts";
import { openSessionOf } from "#server/testing/sessions.ts";
import type { World } from "#server/testing/world.ts";
import { makeTenant } from "#server/testing/world.ts";
import { fanOut } from "#server/worker/fan-out.ts";

/** A tenant with a row in every table that tenants have; a table that is added is added here. */
export async function fillTenant(admin: Database, worker: pg.Pool, requests = 3): Promise<World> {
  const world = await makeTenant();
  const account = await makeAccount(world, "decider");
  await signedIn(account);
  await askReset({ email: account.email }, { requestId: "r", correlationId: "r", address: null, locale: null });
  await answerResets({ aborted: false });
  const [id] = await world.approvals(requests);
  const decider = await world.person("decider");
  await decideApproval(decider, { id: id as string, decision: "APPROVE" }, { key: "k" });
  await commentApproval(decider, { id: id as string, comment: "Seen." });
  await decideByFilter(decider, { filter: {}, decision: "APPROVE" });
  const letter = {
    template: "invitation",
    to: { email: "new@example.test", personId: null },
    language: "en",
    data: { tenant: world.code, by: null, hours: 72 },
    secrets: { link: "https://example.test/welcome" },
  } as const;
  const system = await world.system();
  await invitePerson(system, { email: "new@example.test", name: "New" });
  const { id: dead } = await transaction(system, (work) => sendMessage(work, letter));
  await deliverMessage(system, dead, async () => ({ provider: "SMTP", outcome: "REFUSED", reason: "550" }));
  await transaction(system, (work) => sendMessage(work, letter));
  const clientId = (await world.client()).clientId as string;
  await issueToken(system, { clientId, name: "A token" });
  const wanted = [{ name: "test", events: "all", batch: 1, outward: false, run: async () => [] }] as const;
  for (let more = true; more; ) ({ more } = await fanOut(worker, wanted));
  await admin.pool.query("INSERT INTO session_limits (tenant_id, concurrent) VALUES ($1, 5)", [world.tenantId]);
  await transaction(await openSessionOf(world, account.personId), rotateSession);
  await freezeSessions(await world.person("administrator"), {});
  await flushUses();
  const importId = uuidv7();
  await admin.pool.query(
    "INSERT INTO imports (tenant_id, id, source_hash, file_name, state) VALUES ($1, $2, 'h', 'f', 'STAGING')",
    [world.tenantId, importId],
  );
  for (const [table, columns, values] of [
    ["import_rows", "line, problems", "1, '[]'"],
    ["import_chunks", "number, bytes", "0, 'a'"],
    ["import_approvals", "approval_id", `'${id}'`],
  ])
    await admin.pool.query(`INSERT INTO ${table} (tenant_id, import_id, ${columns}) VALUES ($1, $2, ${values})`, [
      world.tenantId,
      importId,
    ]);
  return world;
}
