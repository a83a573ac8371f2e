import pg from "pg";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { assignRole } from "#server/domain/access/assign-role.ts";
import { revokeRole } from "#server/domain/access/revoke-role.ts";
import { decideApproval } from "#server/domain/approvals/decide.ts";
import { beginSession } from "#server/domain/identity/open-session.ts";
import { expireSessions } from "#server/domain/sessions/expire-sessions.ts";
import { CONCURRENT_DEFAULT } from "#server/domain/sessions/rules.ts";
import { closeChannels } from "#server/platform/channels.ts";
import type { Browser } from "#server/testing/http.ts";
import { makeAccount, problem, send, signedIn } from "#server/testing/http.ts";
import type { World } from "#server/testing/world.ts";
import { bindTestDatabase, makeTenant } from "#server/testing/world.ts";
import { deliver } from "#server/worker/deliver.ts";
import { REACTIONS } from "#server/worker/reactions.ts";

const { admin, urls } = bindTestDatabase();
const stopping = { aborted: false };
const PLACE = { address: "10.0.0.1", userAgent: "x", requestId: "r", idleMinutes: 120, absoluteHours: 24 };
const open: Page[] = [];

let mine: World;
let theirs: World;
let stop: () => Promise<void>;
let pool: pg.Pool;

beforeAll(async () => {
  [mine, theirs] = [await makeTenant(), await makeTenant()];
  pool = new pg.Pool({ connectionString: urls().workerUrl, max: 6 });
  pool.on("error", () => {});
  stop = deliver(pool, REACTIONS, stopping);
});
afterEach(() => {
  for (const page of open.splice(0)) page.close();
});
afterAll(async () => {
  stopping.aborted = true;
  await stop();
  await pool.end();
  await closeChannels();
});

interface Told {
  readonly event: string;
  readonly id: string;
  // biome-ignore lint/suspicious/noExplicitAny: looked into, field by field
  readonly data: any;
}

/** An open page: everything that it was told so far. */
class Page {
  readonly status: number;
  readonly headers: Headers;
  readonly told: Told[] = [];
  ended = false;
  readonly #abort: AbortController;

  constructor(response: Response, abort: AbortController) {
    this.status = response.status;
    this.headers = response.headers;
    this.#abort = abort;
    void this.#read(response).catch(() => undefined);
  }

  async #read(response: Response): Promise<void> {
    let text = "";
    for await (const chunk of (response.body ?? new ReadableStream()).pipeThrough(new TextDecoderStream())) {
      text += chunk;
      const blocks = text.split("\n\n");
      text = blocks.pop() ?? "";
      for (const block of blocks) {
        const field = (name: string) =>
          block
            .split("\n")
            .find((line) => line.startsWith(`${name}: `))
            ?.slice(name.length + 2) ?? "";
        if (field("event")) this.told.push({ event: field("event"), id: field("id"), data: JSON.parse(field("data")) });
      }
    }
    this.ended = true;
  }

  close(): void {
    this.#abort.abort();
  }

  events(): string[] {
    return this.told.map(({ event }) => event);
  }

  heard(kind: string): string[] {
    return this.told.filter(({ event, data }) => event === "changed" && data.kind === kind).map(({ data }) => data.id);
  }
}

async function events(browser: Browser, headers: Record<string, string> = {}, query = ""): Promise<Page> {
  const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
  const abort = new AbortController();
  const request = new Request(`http://localhost:3000/api/events${query}`, {
    headers: { cookie, ...headers },
    signal: abort.signal,
  });
  const page = new Page(await send(request), abort);
  open.push(page);
  if (page.status === 200) await expect.poll(() => page.events()).toContain("ready");
  return page;
}

describe("GET /api/events", () => {
  test("tells a page of a change in its scopes: kind, id and version, and nothing of the content", async () => {
    const page = await events(await signedIn(await makeAccount(mine, "decider")));
    expect(page.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
    expect(page.headers.get("cache-control")).toBe("no-store, no-transform");
    const [id] = await mine.approvals(1);
    await expect
      .poll(() => page.told.filter(({ event }) => event === "changed"))
      .toEqual([{ event: "changed", id: expect.any(String), data: { kind: "approval", id, version: 1 } }]);
    await decideApproval(await mine.person("decider"), { id: id as string, decision: "APPROVE" });
    await expect.poll(() => page.told.at(-1)?.data).toEqual({ kind: "approval", id, version: 2 });
  });

  test("tells nothing of another tenant, of another organisation, or of what one may not read", async () => {
    const pages = {
      ours: await events(await signedIn(await makeAccount(mine, "decider"))),
      york: await events(await signedIn(await makeAccount(mine, "decider", mine.orgs.ny))),
      nobody: await events(await signedIn(await makeAccount(mine, null))),
      foreign: await events(await signedIn(await makeAccount(theirs, "administrator"))),
    };
    const [california] = await mine.approvals(1);
    const [york] = await mine.approvals(1, { orgId: mine.orgs.ny });
    const [strange] = await theirs.approvals(1);
    await expect.poll(() => pages.ours.heard("approval")).toEqual(expect.arrayContaining([california, york]));
    await expect.poll(() => pages.foreign.heard("approval")).toEqual([strange]);
    await expect.poll(() => pages.york.heard("approval")).toEqual([york]);
    expect(pages.nobody.told.map(({ event }) => event)).toEqual(["ready"]);
    expect(pages.ours.heard("approval")).not.toContain(strange);
    // A decider hears neither of people nor of assignments, though both were made just now.
    expect(new Set(pages.ours.told.map(({ data }) => data.kind).filter(Boolean))).toEqual(new Set(["approval"]));
  });

  test("what one may read is asked again when it changes: a role that is taken away is silence", async () => {
    const account = await makeAccount(mine, null);
    const system = await mine.system();
    const { id: assignment } = await assignRole(system, {
      personId: account.personId,
      role: "decider",
      scopeId: mine.rootId,
    });
    const page = await events(await signedIn(account));
    const [heard] = await mine.approvals(1);
    await expect.poll(() => page.heard("approval")).toEqual([heard]);
    await revokeRole(await mine.system(), { id: assignment });
    const witness = await events(await signedIn(await makeAccount(mine, "administrator")));
    await expect
      .poll(
        async () => {
          const [id] = await mine.approvals(1);
          await expect.poll(() => witness.heard("approval")).toContain(id);
          return page.heard("approval").includes(id as string);
        },
        { timeout: 5_000 },
      )
      .toBe(false);
  });

  test("whose rights changed reads all again at once; who only hears that others' did, does not", async () => {
    const account = await makeAccount(mine, "reader");
    const [page, other] = [
      await events(await signedIn(account)),
      await events(await signedIn(await makeAccount(mine, "decider"))),
    ];
    const given = { personId: account.personId, role: "decider", scopeId: mine.orgs.ca };
    const { id } = await assignRole(await mine.system(), given);
    await expect.poll(() => page.events().filter((event) => event === "reset")).toHaveLength(1);
    await revokeRole(await mine.system(), { id });
    await expect.poll(() => page.events().filter((event) => event === "reset")).toHaveLength(2);
    expect(page.told.at(-1)?.id).toMatch(/^[0-9a-f-]{36}$/); // to go on from
    expect(other.events()).not.toContain("reset");
  });

  test("who comes back is told what changed meanwhile; who was away too long reads again", async () => {
    const browser = await signedIn(await makeAccount(mine, "decider"));
    const page = await events(browser);
    const [before] = await mine.approvals(1);
    await expect.poll(() => page.heard("approval")).toEqual([before]);
    const last = page.told.at(-1)?.id ?? "";
    page.close();
    const [missed] = await mine.approvals(1);
    const back = await events(browser, { "last-event-id": last });
    await expect.poll(() => back.heard("approval")).toContain(missed);
    // A page has no header to say it with.
    const another = await events(browser, {}, `?since=${last}`);
    await expect.poll(() => another.heard("approval")).toContain(missed);
    const old = await events(browser, { "last-event-id": "01890a5d-ac96-774b-bcce-b302099a8057" });
    await expect.poll(() => old.events()).toContain("reset");
    // From there it goes on, and is not told to read again for ever.
    const onward = await events(browser, {}, `?since=${old.told.at(-1)?.id}`);
    const [later] = await mine.approvals(1);
    await expect.poll(() => onward.heard("approval")).toContain(later);
    expect(onward.events()).not.toContain("reset");
    const odd = await events(browser, { "last-event-id": "'; drop" });
    expect(odd.events()).toEqual(["ready"]);
  });

  test("one change too many for a page is: read again", async () => {
    const page = await events(await signedIn(await makeAccount(mine, "decider")));
    await mine.approvals(700);
    await expect.poll(() => page.events(), { timeout: 5_000 }).toContain("reset");
  });

  test("the end of a session, wherever it comes from, ends the stream and says so", async () => {
    const account = await makeAccount(mine, "decider");
    const [one, other] = [await signedIn(account), await signedIn(account)];
    const [ended, goesOn] = [await events(one), await events(other)];
    await one.signOut();
    await expect.poll(() => [ended.events().at(-1), ended.ended]).toEqual(["revoked", true]);
    expect(goesOn.events()).not.toContain("revoked");
  });

  test("so does an administrator's word, a limit, another device of one's own, and the end of its time, when it is written down", async () => {
    const ada = await signedIn(await makeAccount(mine, "administrator"));
    const bystander = await events(await signedIn(await makeAccount(mine, "decider")));
    const stays = await events(ada);
    const ways = {
      administrator: async (personId: string) => {
        const filter = { person: personId };
        const { id: set } = (await ada.mutate("sessions.freeze", { filter })).body.result.data;
        expect((await ada.mutate("sessions.revokeFrozen", { set })).status).toBe(200);
      },
      limit: async (personId: string) => {
        for (let n = 0; n < CONCURRENT_DEFAULT; n++)
          await beginSession(mine.tenantId, { id: personId, name: "n" }, PLACE);
      },
      "another device": async (_: string, other: Browser) => {
        expect((await other.mutate("sessions.revokeOthers", {})).status).toBe(200);
      },
      end: async (personId: string) => {
        await admin().pool.query("UPDATE user_sessions SET idle_expires_at = now() WHERE person_id = $1", [personId]);
        await expireSessions(await mine.system(), {});
      },
    };
    for (const [way, end] of Object.entries(ways)) {
      const account = await makeAccount(mine, "decider");
      const [one, other] = [await signedIn(account), await signedIn(account)];
      const page = await events(one);
      await end(account.personId, other);
      await expect.poll(() => [way, page.events().at(-1), page.ended]).toEqual([way, "revoked", true]);
    }
    for (const page of [bystander, stays]) expect(page.events()).not.toContain("revoked");
  });

  test("after the listening connection was cut, every page reads again", async () => {
    const page = await events(await signedIn(await makeAccount(mine, "decider")));
    await expect
      .poll(
        async () =>
          (
            await admin().pool.query(
              "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'countersign-listen' AND datname = current_database()",
            )
          ).rowCount,
      )
      .toBe(1);
    await expect.poll(() => page.events(), { timeout: 5_000 }).toContain("reset");
  });

  test("an open page does not use its session, which idles on", async () => {
    const browser = await signedIn(await makeAccount(mine, "decider"));
    const page = await events(browser);
    const seen =
      "UPDATE user_sessions SET last_seen_at = last_seen_at - interval '10 minutes' WHERE status = 'ACTIVE' RETURNING last_seen_at";
    await admin().pool.query(seen);
    await admin().pool.query("SELECT pg_notify('sessions', '[\"*\"]')"); // every page looks at its session
    const [id] = await mine.approvals(1);
    await expect.poll(() => page.heard("approval")).toContain(id);
    const { rows } = await admin().pool.query(
      "SELECT count(*)::int AS n FROM user_sessions WHERE status = 'ACTIVE' AND last_seen_at > now() - interval '5 minutes'",
    );
    expect(rows).toEqual([{ n: 0 }]);
  });

  test("without a session there is no stream, with a service token neither, and of one person at most twenty", async () => {
    const stranger = await send(
      new Request("http://localhost:3000/api/events", { headers: { "x-forwarded-for": "10.9.9.9" } }),
    );
    expect(problem({ status: stranger.status, headers: stranger.headers, body: await stranger.json() })).toBe(
      "401 auth.required",
    );
    const token = await send(
      new Request("http://localhost:3000/api/events", {
        headers: { authorization: "Bearer core-token-for-tests-core-token-for-tests" },
      }),
    );
    expect(token.status).toBe(401);
    const browser = await signedIn(await makeAccount(mine, "decider"));
    const pages = await Promise.all(Array.from({ length: 20 }, () => events(browser)));
    expect((await events(browser)).status).toBe(429);
    pages[0]?.close();
    await expect.poll(async () => (await events(browser)).status).toBe(200);
  });
});
