import { once } from "node:events";
import { decideApprovals } from "#server/domain/approvals/decide.ts";
import { newRequestId } from "#server/domain/caller.ts";
import { callerOf } from "#server/domain/identity/find-caller.ts";
import { bindDatabase, connect } from "#server/platform/db.ts";
import { env } from "#server/platform/env.ts";
import type { Moment } from "#server/testing/crash.ts";
import { onStatement } from "#server/testing/crash.ts";

/** A process that decides under an idempotency key and is killed at the nth statement of it. */
export interface Doom {
  readonly tenantId: string;
  readonly personId: string;
  readonly ids: readonly string[];
  readonly key: string;
  readonly n: number;
  readonly moment: Moment;
}

process.once("disconnect", () => process.exit(1));
const [doom] = (await once(process, "message")) as [Doom];
const requestId = newRequestId();
const caller = await callerOf(
  { tenantId: doom.tenantId, personId: doom.personId, clientId: null },
  { requestId, correlationId: requestId, address: null, locale: null, within: null },
);
if (!caller) throw new Error("the decider is no member");
const decision = "APPROVE";
await decideApprovals(caller, { ids: [...doom.ids], decision }, { dryRun: true }); // fills what is kept in memory
const doomed = connect(env.DATABASE_APP_URL, 1);
onStatement(doomed, doom.n, doom.moment, async () => {
  process.kill(process.pid, "SIGKILL");
  await Promise.withResolvers<never>().promise;
});
bindDatabase(doomed);
await decideApprovals(caller, { ids: [...doom.ids], decision }, { key: doom.key });
process.exit(0);
