import { once } from "node:events";
import { flushCompileCache } from "node:module";
import { decideApprovals } from "#server/domain/approvals/decide.ts";
import { newRequestId } from "#server/domain/caller.ts";
import { callerOf } from "#server/domain/identity/find-caller.ts";
import { database } from "#server/platform/db.ts";

/** A process that decides what it is told to, in batches, and reports the sums. Started by the race test. */

export interface Order {
  readonly tenantId: string;
  readonly personId: string;
  readonly batches: readonly (readonly string[])[];
}

export interface Report {
  readonly decided: number;
  readonly recorded: number;
  readonly refused: number;
  readonly failed: number;
  readonly codes: Readonly<Record<string, number>>;
  /** What batches broke with: none should. */
  readonly errors: readonly string[];
}

process.once("disconnect", () => process.exit(1));
flushCompileCache(); // now, for the processes that start after this one
const given = once(process, "message");
process.send?.("started");
const [order] = (await given) as [Order];
const requestId = newRequestId();
const caller = await callerOf(
  { tenantId: order.tenantId, personId: order.personId, clientId: null },
  { requestId, correlationId: requestId, address: null, locale: null, within: null },
);
if (!caller) throw new Error("the decider is no member");

const go = once(process, "message");
process.send?.("ready");
await go;
const sum = { decided: 0, recorded: 0, refused: 0, failed: 0 };
const codes: Record<string, number> = {};
const errors: string[] = [];
for (const ids of order.batches) {
  try {
    const { results, ...counts } = await decideApprovals(caller, { ids: [...ids], decision: "APPROVE" });
    for (const key of Object.keys(sum) as (keyof typeof sum)[]) sum[key] += counts[key];
    for (const { code } of results) if (code) codes[code] = (codes[code] ?? 0) + 1;
  } catch (error) {
    errors.push((error as Error).message);
  }
}
await database().close();
process.send?.({ ...sum, codes, errors } satisfies Report, () => process.disconnect());
