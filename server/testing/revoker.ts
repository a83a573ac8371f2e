import { systemCaller } from "#server/domain/identity/find-caller.ts";
import { revokeSessions } from "#server/domain/sessions/revoke-sessions.ts";

/** A process that ends the sessions that it is told to. Started by the test of who is told of that. */

export interface Order {
  readonly tenantId: string;
  readonly ids: readonly string[];
}

process.on("message", async ({ tenantId, ids }: Order) => {
  await revokeSessions(await systemCaller(tenantId), { ids: [...ids] });
  process.send?.("revoked");
});
process.once("disconnect", () => process.exit(0));
process.send?.("ready");
