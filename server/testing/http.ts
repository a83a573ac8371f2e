import { randomBytes } from "node:crypto";
import { readdirSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";
import { expect } from "vitest";
import { assignRole } from "#server/domain/access/assign-role.ts";
import type { BUILT_IN_ROLES } from "#server/domain/access/rules.ts";
import { addPerson } from "#server/domain/identity/add-person.ts";
import { TEST_ENVIRONMENT } from "#server/testing/environment.ts";
import type { World } from "#server/testing/world.ts";

type Handler = (request: Request, context: { params: Promise<Record<string, string | string[]>> }) => Promise<Response>;
type Methods = Partial<Record<string, Handler>>;

const APP = new URL("../../app/", import.meta.url);
const SITE = "http://localhost:3000";

/** Every route handler on disk: its address as folders, and its file. */
export const routeFiles: readonly { readonly address: string; readonly file: string }[] = readdirSync(APP, {
  recursive: true,
  encoding: "utf8",
})
  .filter((name) => /(^|\/)route\.ts$/.test(name))
  .map((name) => ({
    address: `/${name.replace(/\/?route\.ts$/, "")}`,
    file: pathToFileURL(fileURLToPath(new URL(name, APP))).href,
  }))
  .sort((a, b) => (a.address < b.address ? -1 : 1));

/** Parameters of an address that fits, and how exactly: a literal part before a parameter before a rest, as Next does. */
function match(address: string, path: string): { rank: string; params: Record<string, string | string[]> } | null {
  const given = path.split("/").slice(1);
  const params: Record<string, string | string[]> = {};
  let rank = "";
  for (const [i, part] of address.split("/").slice(1).entries()) {
    const rest = /^\[?\[\.\.\.(\w+)\]\]?$/.exec(part);
    if (rest) {
      if (given.length === i && !part.startsWith("[[")) return null;
      params[rest[1] as string] = given.slice(i);
      return { rank: `${rank}c`, params };
    }
    const one = /^\[(\w+)\]$/.exec(part);
    const value = given[i];
    if (value === undefined || (!one && value !== part)) return null;
    if (one) params[one[1] as string] = decodeURIComponent(value);
    rank += one ? "b" : "a";
  }
  return address.split("/").length === path.split("/").length ? { rank, params } : null;
}

/** The request through the handler that stands on disk for its address. */
export async function send(request: Request): Promise<Response> {
  const { pathname } = new URL(request.url);
  const [best] = routeFiles
    .flatMap(({ address, file }) => {
      const found = match(address, pathname);
      return found ? [{ ...found, file }] : [];
    })
    .sort((a, b) => (a.rank < b.rank ? -1 : 1));
  if (!best) throw new Error(`no handler on disk answers ${pathname}`);
  const methods = (await import(best.file)) as Methods;
  const handler = methods[request.method];
  if (!handler) throw new Error(`${best.file} has no ${request.method}`);
  return handler(request, { params: Promise.resolve(best.params) });
}

export interface Said {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: an answer of any shape, which the test then looks at
  readonly body: any;
}

export async function ask(request: Request): Promise<Said> {
  const { status, headers, text } = await send(request).then(async (r) => ({
    status: r.status,
    headers: r.headers,
    text: await r.text(),
  }));
  return { status, headers, body: text ? JSON.parse(text) : null };
}

/** Status and code of a problem body that has the form of the contract; anything else fails the test. */
export function problem({ status, headers, body }: Said): string {
  expect(headers.get("content-type")).toBe("application/problem+json");
  expect(headers.get("x-request-id")).toBe(body.requestId);
  const texts = { title: expect.any(String), detail: expect.any(String) };
  expect(body).toMatchObject({ type: `urn:countersign:problem:${body.code}`, status, ...texts });
  return `${status} ${body.code}`;
}

type Sent = { method?: string; headers?: Record<string, string>; body?: unknown };

/** A call of the Core API in an organisation of a tenant, both by code. A header given as "" is left out. Whatever it answers must be described. */
export function core(tenant: string, org: string) {
  return async (path: string, { method, headers, body }: Sent = {}): Promise<Said> => {
    const all = new Headers({
      authorization: `Bearer ${TEST_ENVIRONMENT.CORE_API_TOKEN}`,
      "x-tenant-id": tenant,
      "x-org-id": org,
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...headers,
    });
    for (const [name, value] of [...all]) if (value === "") all.delete(name);
    const text = body === undefined || typeof body === "string" ? body : JSON.stringify(body);
    const init = { method: method ?? (body === undefined ? "GET" : "POST"), headers: all, body: text };
    const said = await ask(new Request(`${SITE}/api/core${path}`, init));
    const { expectDescribed } = await import("#server/testing/described.ts");
    expectDescribed(init.method, path, said);
    return said;
  };
}

/** A browser on the site: it keeps cookies, and says where its requests come from. */
export class Browser {
  readonly cookies = new Map<string, string>();
  /** Each Set-Cookie as it came. */
  readonly set: string[] = [];
  readonly address: string;
  constructor(address = `10.${[...randomBytes(3)].join(".")}`) {
    this.address = address;
  }

  async fetch(path: string, { method = "GET", headers, body }: Sent = {}): Promise<Said> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const all = new Headers({
      "x-forwarded-for": this.address,
      "sec-fetch-site": "same-origin",
      ...(cookie ? { cookie } : {}),
      ...headers,
    });
    for (const [name, value] of [...all]) if (value === "") all.delete(name);
    const said = await ask(new Request(`${SITE}${path}`, { method, headers: all, body: body as BodyInit }));
    for (const line of said.headers.getSetCookie()) {
      this.set.push(line);
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (/max-age=0/i.test(line)) this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    return said;
  }

  form(path: string, fields: Record<string, string>, headers: Record<string, string> = {}): Promise<Said> {
    const body = new URLSearchParams(fields).toString();
    const type = { "content-type": "application/x-www-form-urlencoded" };
    return this.fetch(path, { method: "POST", headers: { ...type, ...headers }, body });
  }

  async signIn(email: string, password: string, fields: Record<string, string> = {}): Promise<Said> {
    const { csrfToken } = (await this.fetch("/api/auth/csrf")).body;
    return this.form("/api/auth/callback/credentials", { csrfToken, json: "true", email, password, ...fields });
  }

  async signOut(): Promise<Said> {
    const { csrfToken } = (await this.fetch("/api/auth/csrf")).body;
    return this.form("/api/auth/signout", { csrfToken, json: "true" });
  }

  query(path: string, input?: unknown, headers: Record<string, string> = {}): Promise<Said> {
    const asked = input === undefined ? "" : `?input=${encodeURIComponent(JSON.stringify(input))}`;
    return this.fetch(`/api/trpc/${path}${asked}`, { headers });
  }

  mutate(path: string, input: unknown, headers: Record<string, string> = {}): Promise<Said> {
    const type = { "content-type": "application/json" };
    return this.fetch(`/api/trpc/${path}`, {
      method: "POST",
      headers: { ...type, ...headers },
      body: JSON.stringify(input),
    });
  }
}

export interface Account {
  readonly personId: string;
  readonly email: string;
  readonly password: string;
}

/** A member who can sign in, with a role at a scope (the root when none is given). */
export async function makeAccount(
  world: World,
  role: keyof typeof BUILT_IN_ROLES | null,
  scopeId = world.rootId,
): Promise<Account> {
  const email = `p${randomBytes(5).toString("hex")}@example.test`;
  const password = `secret-${randomBytes(6).toString("hex")}`;
  const { personId } = await addPerson(await world.system(), { email, name: email, password });
  if (role) await assignRole(await world.system(), { personId, role, scopeId });
  return { personId, email, password };
}

export async function signedIn(account: Account): Promise<Browser> {
  const browser = new Browser();
  const said = await browser.signIn(account.email, account.password);
  if (said.status !== 200) throw new Error(`sign-in answered ${said.status}: ${JSON.stringify(said.body)}`);
  return browser;
}
