import type { APIRequestContext, Browser, BrowserContext, Page } from "@playwright/test";
import { expect } from "@playwright/test";
import type { Name } from "./sign-in.ts";
import { signInAs } from "./sign-in.ts";

/** Whoever is told asks by themselves every 15 s at the earliest. */
const TOLD_MS = 5_000;
/** What a health check takes on two cores that have nothing else to do. */
const QUIET_MS = 10;

/**
 * That a page is told, and by whom, is held by the tests of the stream (server/api/told.test.ts, live.test.ts); how fast is
 * measured (npm run bench -- reactions). In a journey a page also loads or 500 requests are decided in that time: what it
 * shows is that something came because it was told, and not by the next poll.
 */
export async function beforeAnyPoll(request: APIRequestContext): Promise<{ timeout: number }> {
  const times: number[] = [];
  for (let n = 0; n < 5; n++) {
    const from = performance.now();
    await request.get("/health");
    times.push(performance.now() - from);
  }
  const median = times.sort((a, b) => a - b)[2] ?? QUIET_MS;
  return { timeout: TOLD_MS * Math.min(2, Math.max(1, median / QUIET_MS)) };
}

/** The event streams that the pages of a browser hold open. */
export class Streams {
  readonly open = new Map<object, Page>();
  opened = 0;

  constructor(context: BrowserContext) {
    const isStream = (request: { resourceType(): string }) => request.resourceType() === "eventsource";
    context.on("request", (request) => {
      if (!isStream(request)) return;
      this.opened++;
      this.open.set(request, request.frame().page());
    });
    for (const over of ["requestfinished", "requestfailed"] as const)
      context.on(over as "requestfinished", (request) => void this.open.delete(request));
    const watch = (page: Page) =>
      page.on("close", () => {
        for (const [request, holder] of this.open) if (holder === page) this.open.delete(request);
      });
    for (const page of context.pages()) watch(page);
    context.on("page", watch);
  }

  /** The one page that is connected, for itself and the others. */
  async holder(): Promise<Page> {
    await expect.poll(() => this.open.size).toBe(1);
    return [...this.open.values()][0] as Page;
  }
}

/** A request that somebody sends in over REST. */
export async function submitElsewhere(
  request: APIRequestContext,
  token: string,
  org: string,
  content: { type: string; title: string; amount?: string },
): Promise<string> {
  const answer = await request.post("/api/core/approvals", {
    headers: { authorization: `Bearer ${token}`, "x-tenant-id": "northwind", "x-org-id": org },
    data: content,
  });
  expect(answer.status()).toBe(201);
  return (await answer.json()).id;
}

/** A decision over REST: somebody elsewhere, without a browser. */
export async function decideElsewhere(
  request: APIRequestContext,
  token: string,
  { id, org }: { id: string; org: string },
  decision = "REJECT",
): Promise<void> {
  const answer = await request.post(`/api/core/approvals/${id}/decision`, {
    headers: { authorization: `Bearer ${token}`, "x-tenant-id": "northwind", "x-org-id": org },
    data: { decision, comment: "Decided elsewhere." },
  });
  expect(answer.status()).toBe(200);
}

/** Somebody at another machine, signed in, with no page open: what they do goes over the console's own procedures. */
export async function colleague(browser: Browser, baseURL: string, name: Name): Promise<APIRequestContext> {
  const context = await browser.newContext({ baseURL });
  const page = await context.newPage();
  await signInAs(page, name, "/profile");
  await page.close();
  return context.request;
}

/** A procedure of the console, as the page of whoever is signed in would call it. */
export async function call<T>(asked: APIRequestContext, procedure: string, data: object): Promise<T> {
  const answer = await asked.post(`/api/trpc/${procedure}`, { data, headers: { "sec-fetch-site": "same-origin" } });
  expect(answer.status(), await answer.text()).toBe(200);
  return (await answer.json()).result.data as T;
}

/** Until every item of a bulk has its outcome. */
export async function isDone(asked: APIRequestContext, id: string): Promise<void> {
  const input = encodeURIComponent(JSON.stringify({ id }));
  const state = async () => (await (await asked.get(`/api/trpc/bulks.get?input=${input}`)).json()).result.data.state;
  await expect.poll(state, { timeout: 60_000 }).toBe("DONE");
}
