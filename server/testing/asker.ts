import { may } from "#server/domain/caller.ts";
import { callerOfSession } from "#server/domain/identity/find-caller.ts";
import { startChild } from "#server/testing/children.ts";
import type { TestDatabase } from "#server/testing/database.ts";

/** A process with a pool and snapshots of its own: it says who a token's hash is, and whether they may decide at a scope. */

export interface Answer {
  readonly personId: string | null;
  readonly decides: boolean;
}

/** Starts one, and asks it. It ends with the test file. */
export async function startAsker(urls: TestDatabase) {
  const child = startChild("server/testing/asker.ts", urls);
  await child.heard();
  return (hash: string, scopeId: string): Promise<Answer> => {
    const answer = child.heard() as Promise<Answer>;
    child.tell({ hash, scopeId });
    return answer;
  };
}

if (import.meta.main) {
  const facts = { requestId: "r", correlationId: "r", address: null, locale: null };
  process.on("message", async ({ hash, scopeId }: { hash: string; scopeId: string }) => {
    const caller = await callerOfSession(hash, 120, facts);
    const decides = caller !== null && may(caller, "approvals:decide", scopeId);
    process.send?.({ personId: caller?.personId ?? null, decides });
  });
  process.once("disconnect", () => process.exit(0));
  process.send?.("ready");
}
