import { readFileSync } from "node:fs";
import type { Browser, BrowserContext, Page } from "@playwright/test";
import { chromium } from "@playwright/test";
import { demoPeople } from "../prisma/demo.ts";
import { CHROMIUM_FLAGS, findChromium } from "../scripts/chromium.mjs";
import type { Line } from "./console/budgets.ts";
import { percentile, report } from "./console/budgets.ts";
import type { Noted } from "./console/in-page.ts";
import { note } from "./console/in-page.ts";
import { startStack } from "./decide/stack.ts";
import { say } from "./measure/rounds.ts";

/** The inbox in a browser, against its budgets: what it loads, when it shows, how soon it answers a key. */

const LOADS = 5;
const KEYS = 60;
const DECISIONS = 10;
const SLOWER = 4;
const VIEW = { width: 1440, height: 900 };
const ROW = "tbody tr[data-id]";
/** Requests that nobody sent, so that whoever is signed in may decide them. */
const LOANS = "?type=debt_consolidation";

type Cookies = Awaited<ReturnType<BrowserContext["storageState"]>>;

/** Chunks that any page of the framework needs: React, its server components, the router. */
function frameworkChunks(): string[] {
  const { rootMainFiles, polyfillFiles } = JSON.parse(readFileSync(".next/build-manifest.json", "utf8")) as {
    rootMainFiles: string[];
    polyfillFiles: string[];
  };
  return [...rootMainFiles, ...polyfillFiles];
}

/** A fresh browser profile, signed in, with nothing in its cache. */
async function fresh(browser: Browser, url: string, cookies: Cookies, slower: number) {
  const context = await browser.newContext({ baseURL: url, storageState: cookies, viewport: VIEW });
  const page = await context.newPage();
  await page.addInitScript(note);
  const cdp = await context.newCDPSession(page);
  if (slower > 1) await cdp.send("Emulation.setCPUThrottlingRate", { rate: slower });
  await cdp.send("Network.enable");
  const scripts = new Map<string, { url: string; bytes: number }>();
  cdp.on("Network.responseReceived", ({ requestId, type, response }) => {
    if (type === "Script") scripts.set(requestId, { url: response.url, bytes: 0 });
  });
  cdp.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
    const script = scripts.get(requestId);
    if (script) script.bytes = encodedDataLength;
  });
  return { context, page, scripts };
}

const noted = (page: Page) => page.evaluate(() => (window as unknown as { noted: Noted }).noted);

async function openInbox(page: Page, query = ""): Promise<void> {
  await page.goto(`/inbox${query}`);
  await page.locator(ROW).first().waitFor();
  await page.waitForLoadState("networkidle");
  await page.locator("tbody tr:focus").waitFor();
}

/** Presses a key and waits until the page has noted its frame, so that presses never queue up. */
async function press(page: Page, key: string): Promise<void> {
  const before = (await noted(page)).keys.length;
  await page.keyboard.press(key);
  await page.waitForFunction((n) => (window as unknown as { noted: Noted }).noted.keys.length > n, before);
}

/** From the key that confirms a rejection, which ends a request whatever its stages, to its row being gone, in milliseconds. */
async function decide(page: Page): Promise<number> {
  const id = await page.locator("tbody tr:focus").getAttribute("data-id");
  await press(page, "r");
  await page.getByLabel(/^Reason/).fill("Not this year.");
  // The page watches before the key is sent: the two calls reach it by different ways.
  await page.evaluate((row) => {
    const watched = window as unknown as { goneAfter: Promise<number> };
    watched.goneAfter = new Promise((resolve, reject) => {
      let from = 0;
      addEventListener("keydown", ({ timeStamp }) => (from = timeStamp), { capture: true, once: true });
      const until = performance.now() + 10_000;
      const look = () => {
        if (from > 0 && !document.querySelector(row)) resolve(performance.now() - from);
        else if (performance.now() > until) reject(new Error(`${row} is still there`));
        else requestAnimationFrame(look);
      };
      look();
    });
  }, `tbody tr[data-id="${id}"]`);
  await page.keyboard.press("Enter");
  const milliseconds = await page.evaluate(() => (window as unknown as { goneAfter: Promise<number> }).goneAfter);
  await page.getByLabel(/^Reason/).waitFor({ state: "detached" }); // what closes would take the next one's reason
  await page.locator("tbody tr:focus").waitFor();
  return milliseconds;
}

interface Measured {
  all: number[];
  own: number[];
  lcp: number[];
  cls: number[];
  inp: number[];
  keys: number[];
  slowKeys: number[];
  decisions: number[];
}

async function load(browser: Browser, url: string, cookies: Cookies, into: Measured): Promise<void> {
  const framework = frameworkChunks();
  const { context, page, scripts } = await fresh(browser, url, cookies, SLOWER);
  await openInbox(page);
  const loaded = [...scripts.values()];
  const kB = (some: typeof loaded) => some.reduce((sum, { bytes }) => sum + bytes, 0) / 1000;
  into.all.push(kB(loaded));
  into.own.push(kB(loaded.filter((script) => !framework.some((chunk) => script.url.endsWith(chunk)))));
  for (let n = 0; n < KEYS / 4; n++) for (const key of ["j", "x", "j", "k"]) await press(page, key);
  await page.getByRole("button", { name: /^Type/ }).click();
  await page.keyboard.press("Escape");
  const { lcp, cls, interactions, keys } = await noted(page);
  into.lcp.push(lcp);
  into.cls.push(cls);
  into.inp.push(percentile(Object.values(interactions), 0.98));
  into.slowKeys.push(
    percentile(
      keys.map(({ ms }) => ms),
      0.95,
    ),
  );
  await context.close();
}

async function answerKeys(browser: Browser, url: string, cookies: Cookies, into: Measured): Promise<void> {
  const { context, page } = await fresh(browser, url, cookies, 1);
  await openInbox(page, LOANS);
  for (let n = 0; n < KEYS / 4; n++) for (const key of ["j", "x", "j", "k"]) await press(page, key);
  into.keys.push(
    percentile(
      (await noted(page)).keys.map(({ ms }) => ms),
      0.95,
    ),
  );
  await page.keyboard.press("Escape");
  const times: number[] = [];
  for (let n = 0; n < DECISIONS; n++) times.push(await decide(page));
  into.decisions.push(percentile(times, 0.95));
  await context.close();
}

async function signIn(browser: Browser, url: string): Promise<Cookies> {
  const { email, password } = demoPeople.find((person) => person.email.startsWith("olu@")) ?? {
    email: "",
    password: "",
  };
  const context = await browser.newContext({ baseURL: url });
  const page = await context.newPage();
  await page.goto("/sign-in");
  await page.waitForLoadState("networkidle");
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL("**/inbox");
  const cookies = await context.storageState();
  await context.close();
  return cookies;
}

async function measure(url: string): Promise<void> {
  const { executablePath, env } = await findChromium();
  const browser = await chromium.launch({
    executablePath,
    args: CHROMIUM_FLAGS,
    env: { ...process.env, ...env } as Record<string, string>,
  });
  const into: Measured = { all: [], own: [], lcp: [], cls: [], inp: [], keys: [], slowKeys: [], decisions: [] };
  try {
    const cookies = await signIn(browser, url);
    for (let n = 1; n <= LOADS; n++) {
      await load(browser, url, cookies, into);
      await answerKeys(browser, url, cookies, into);
      say(`  round ${n} of ${LOADS}: ${Math.round(into.lcp.at(-1) ?? 0)} ms to the largest paint`);
    }
  } finally {
    await browser.close();
  }
  const lines: Line[] = [
    { what: "JavaScript of the inbox beside the framework, gzip", budget: 180, values: into.own, unit: "kB" },
    { what: "JavaScript in all, gzip", budget: null, values: into.all, unit: "kB" },
    { what: `LCP, ${SLOWER}× slower processor`, budget: 1500, values: into.lcp, unit: "ms" },
    { what: `INP, ${SLOWER}× slower processor`, budget: 150, values: into.inp, unit: "ms" },
    { what: `CLS, ${SLOWER}× slower processor`, budget: 0.02, values: into.cls, unit: "" },
    { what: "key to paint (j, k, x), p95", budget: 50, values: into.keys, unit: "ms" },
    { what: `key to paint, p95, ${SLOWER}× slower processor`, budget: null, values: into.slowKeys, unit: "ms" },
    { what: "decision key to row gone, p95", budget: 100, values: into.decisions, unit: "ms" },
  ];
  console.log(`\nMedians of ${LOADS} loads with an empty cache, and their range\n\n${report(lines)}\n`);
}

say("Starting the demo …");
const stack = await startStack({ APP_ENV: "demo", RATE_LIMIT_SIGN_IN: "1000" });
try {
  await measure(stack.url);
} finally {
  await stack.stop();
}
process.exit(0); // the supervisor's channel would keep the process
