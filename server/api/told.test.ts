import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { closeChannels } from "#server/platform/channels.ts";
import { startChild } from "#server/testing/children.ts";
import type { Browser } from "#server/testing/http.ts";
import { makeAccount, send, signedIn } from "#server/testing/http.ts";
import type { Order } from "#server/testing/revoker.ts";
import { bindTestDatabase, makeTenant } from "#server/testing/world.ts";

const { admin, urls } = bindTestDatabase();
const abort = new AbortController();

// The beat, at which every page looks at its session anyway, never comes here: what a page hears, it was told.
beforeAll(() => void vi.useFakeTimers({ toFake: ["setInterval"] }));
afterAll(async () => {
  abort.abort();
  vi.useRealTimers();
  await closeChannels();
});

/** The events of an open page, as they come. */
async function pageOf(browser: Browser): Promise<string[]> {
  const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
  const request = new Request("http://localhost:3000/api/events", { headers: { cookie }, signal: abort.signal });
  const { body } = await send(request);
  const told: string[] = [];
  const read = async () => {
    for await (const chunk of (body as NonNullable<typeof body>).pipeThrough(new TextDecoderStream()))
      told.push(...[...chunk.matchAll(/^event: (\w+)$/gm)].map(([, event = ""]) => event));
    told.push("(end)");
  };
  void read();
  await expect.poll(() => told).toEqual(["ready"]);
  return told;
}

/** From here on nothing is missed. */
const listening = () =>
  expect
    .poll(async () => {
      const { rows } = await admin().pool.query(
        "SELECT query, state FROM pg_stat_activity WHERE application_name = 'countersign-listen' AND datname = current_database()",
      );
      return rows;
    })
    .toEqual([{ query: "LISTEN sessions", state: "idle" }]);

test("S4: a page is told by the process that ends its session, and not by its own next look; nobody else is", async () => {
  const world = await makeTenant();
  const account = await makeAccount(world, "decider");
  const [ended, stays] = [await signedIn(account), await signedIn(account)];
  const pages = [await pageOf(ended), await pageOf(stays)];
  const { items } = (await ended.query("sessions.mine", {})).body.result.data;
  const { id } = items.find(({ current }: { current: boolean }) => current);
  await listening();

  const elsewhere = startChild("server/testing/revoker.ts", urls());
  expect(await elsewhere.heard()).toBe("ready");
  elsewhere.tell({ tenantId: world.tenantId, ids: [id] } satisfies Order);
  expect(await elsewhere.heard()).toBe("revoked");
  await expect.poll(() => pages).toEqual([["ready", "revoked", "(end)"], ["ready"]]);
});
