import { globSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { operations as coreOperations } from "#server/api/rest.ts";
import { appRouter } from "#server/api/root.ts";
import { commands } from "#server/domain/command.ts";
import { queries } from "#server/domain/query.ts";

/** Procedures that do more than hand over: they open, replace or end the session of the browser that asks. */
const BY_HAND = [
  "password.change",
  "password.notMe",
  "password.reset",
  "password.resetLink",
  "password.signInLink",
  "people.accept",
  "people.invitation",
  "sessions.stepUp",
  "sessions.switchTenant",
  "signIn.passkey",
  "signIn.passkeyOptions",
  "signIn.secondStep",
];
/** It opens a challenge, which is no record: like a try at a password it stands outside of every tenant. */
const NO_OPERATION = ["sessions.stepUpOptions"];

/** What `read`, `write` and the others take. */
const WRAPPED = { read: queries, ask: queries, write: commands, writeUnkept: commands, tryOut: commands } as const;

const sources = (pattern: string) => globSync(pattern, { exclude: ["**/*.test.ts", "prisma/client/**"] });
const namesIn = (file: string) => [
  ...readFileSync(file, "utf8").matchAll(/^import \{([^}]+)\} from "#server\/domain/gm),
];

/** By the name that it is exported under, the operation. */
const operations = new Map<string, string>();

beforeAll(async () => {
  for (const file of sources("server/domain/**/*.ts"))
    for (const [exported, value] of Object.entries<unknown>(await import(resolve(file)))) {
      const definition = (value as { definition?: { name: string } } | null)?.definition;
      if (typeof value === "function" && definition) operations.set(exported, definition.name);
    }
});

/** The operations that a file takes from the domain. */
const taken = (file: string) =>
  namesIn(file).flatMap(([, names = ""]) => names.split(",").flatMap((name) => operations.get(name.trim()) ?? []));

describe("tRPC", () => {
  const declared = () =>
    sources("server/api/routers/*.ts").flatMap((file) => {
      const router = file.replace(/.*\/([\w-]+)\.ts$/, "$1").replace(/-(\w)/g, (_, letter) => letter.toUpperCase());
      const rows = readFileSync(file, "utf8").matchAll(/(\w+): (read|ask|writeUnkept|write|tryOut)\((\w+)\)/g);
      return [...rows].map(([, name, how, operation]) => ({
        procedure: `${router}.${name}`,
        how: how as keyof typeof WRAPPED,
        operation: operations.get(operation ?? ""),
      }));
    });

  test("every procedure is an operation of the registry, or stands in the list of those made by hand", () => {
    const procedures = Object.keys(appRouter._def.procedures).sort();
    expect([...declared().map(({ procedure }) => procedure), ...BY_HAND].sort()).toEqual(procedures);
  });

  test("a query is read, a command is written", () => {
    const of = declared().filter(({ procedure }) => !NO_OPERATION.includes(procedure));
    for (const { procedure, how, operation } of of)
      expect([procedure, WRAPPED[how].has(operation ?? "")]).toEqual([procedure, true]);
  });
});

const ACTIONS = "server/api/actions.ts";
const ANY = "**/*.{ts,tsx,mts,cts,js,jsx,mjs,cjs}";
const NOT_OURS = ["node_modules/**", ".next/**", ".data/**", "prisma/client/**"];
const everyFile = (pattern = ANY) => globSync(pattern, { exclude: NOT_OURS });
const linesOf = (file: string) =>
  readFileSync(file, "utf8")
    .split("\n")
    .map((line) => line.trim());

test("server actions are made in one file of the repository, and nowhere else", () => {
  const makes = (file: string) => linesOf(file).some((line) => /(?:^|\{\s*)(["'])use server\1/.test(line));
  const files = everyFile();
  expect(files.filter(makes)).toEqual([ACTIONS]);
  expect(files).toEqual(expect.arrayContaining(["app/layout.tsx", "components/ui/button.tsx", "scripts/start.mjs"]));
});

const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];
const ROUTE = `export const { ${METHODS.join(", ")} } = `;

/** What a route gives its methods to, and from which file of the transport; null is a line that does something of its own. */
function givenBy(file: string) {
  const from = new Map<string, string>();
  return linesOf(file).flatMap((line): (null | { given: string; from: string | undefined })[] => {
    const [, names = "", path = ""] = /^import \{ ([\w, ]+) \} from "#(server\/api\/[\w/.-]+)";$/.exec(line) ?? [];
    for (const name of names.split(", ")) if (path) from.set(name, path);
    if (path || line === "" || line === 'export const dynamic = "force-dynamic";') return [];
    const handed = /^export \{ (\w+ as [A-Z]+(?:, \w+ as [A-Z]+)*) \};$/.exec(line)?.[1];
    if (handed?.split(", ").every((one) => METHODS.includes(one.split(" as ")[1] ?? "")))
      return handed
        .split(", ")
        .map((one) => one.split(" as ")[0] ?? "")
        .map((given) => ({ given, from: from.get(given) }));
    const [, maker = "", of = ""] =
      (line.startsWith(ROUTE) && /^(\w+)\(([\w, ]*)\);$/.exec(line.slice(ROUTE.length))) || [];
    if (!maker) return [null];
    return [maker, ...of.split(", ").filter(Boolean)].map((given) => ({ given, from: from.get(given) }));
  });
}

test("every route of the tree only names what the transport has for it", async () => {
  const files = everyFile("app/**/route.*");
  expect(files.length).toBeGreaterThan(15);
  for (const file of files)
    for (const line of givenBy(file)) {
      expect([file, line?.from]).toEqual([file, expect.stringMatching(/^server\/api\//)]);
      const module: Record<string, unknown> = await import(resolve(line?.from ?? ""));
      expect([file, line?.given, typeof module[line?.given ?? ""]]).toEqual([
        file,
        line?.given,
        expect.stringMatching(/function|object/),
      ]);
    }
});

test("every operation of the Core API stands in the tree at its path, and nothing else does", async () => {
  const there: string[] = [];
  for (const file of everyFile("app/api/core/**/route.*")) {
    const path = file.replace(/^app\/api\/core(.*)\/route\.ts$/, "$1").replace(/\[(\w+)\]/g, "{$1}");
    for (const line of givenBy(file)) {
      const module: Record<string, unknown> = await import(resolve(line?.from ?? ""));
      const operation = module[line?.given ?? ""] as { method?: string; path?: string };
      if (operation.method) there.push(`${operation.method} ${operation.path}`);
      if (operation.method) expect(operation.path).toBe(path);
    }
  }
  expect(there.sort()).toEqual([...coreOperations.keys()].sort());
});

test("every server action runs one command of the registry, but the one of somebody who is not known", () => {
  const text = readFileSync(ACTIONS, "utf8");
  const bodies = text.split(/^export async function /m).slice(1);
  const run = bodies.map((body) => {
    const [, name = ""] = /^(\w+)/.exec(body) ?? [];
    const [, command = ""] = /runAction\(await headers\(\), (\w+), input\)/.exec(body) ?? [];
    return [name, commands.has(operations.get(command) ?? "")];
  });
  expect(run.filter(([, isCommand]) => !isCommand)).toEqual([["askResetAction", false]]);
  expect(run.length).toBeGreaterThan(1);
});

/** What no request reaches by itself: steps of what others begin, and what the worker and the command line do. */
const INNER = [
  "account.freeze",
  "approvals.expire",
  "approvals.get",
  "approvals.submitSet",
  "bulks.abandoned",
  "bulks.claim",
  "bulks.exportPage",
  "bulks.release",
  "bulks.runBatch",
  "bulks.settleItems",
  "imports.abandoned",
  "imports.begin",
  "imports.claim",
  "imports.close",
  "imports.closeUpload",
  "imports.fail",
  "imports.keepChunk",
  "imports.leaveOut",
  "imports.members",
  "imports.openUpload",
  "imports.policies",
  "imports.readChunk",
  "imports.stage",
  "imports.submit",
  "maintenance.purge",
  "messages.claim",
  "messages.settle",
  "password.replace",
  "password.sendReset",
  "password.settleReset",
  "people.accept",
  "people.add",
  "people.block",
  "people.offer",
  "people.resetFactors",
  "platform.grant",
  "platform.revoke",
  "sessions.endReused",
  "sessions.expire",
  "sessions.open",
  "sessions.prove",
  "tenants.provision",
];

/** The files of the transport that what Next serves comes to, through whatever they import. */
function reached(): string[] {
  const from = (file: string) =>
    [...readFileSync(file, "utf8").matchAll(/^(?:import|export) (?!type )[^;]*?from "#(server\/api\/[^"]+)";/gm)].map(
      ([, path = ""]) => path,
    );
  const found = new Set<string>();
  for (let next = sources("{app,components}/**/*.{ts,tsx}").flatMap(from); next.length > 0; )
    next = next.filter((file) => !found.has(file) && found.add(file)).flatMap(from);
  return [...found].sort();
}

test("every operation has a door that something opens, or is a step that the program takes by itself", () => {
  const doors = new Set(reached().flatMap(taken));
  expect([...operations.values()].filter((name) => !doors.has(name)).sort()).toEqual(INNER);
});

test("no operation is left that nothing calls", () => {
  const everything = sources("{app,server,scripts,prisma}/**/*.{ts,tsx}")
    .map((file) =>
      readFileSync(file, "utf8")
        .replace(/^import \{[^}]+\} from .*$/gm, "")
        .replace(/^export const \w+/gm, ""),
    )
    .join();
  const unused = [...operations.keys()].filter((exported) => !new RegExp(`\\b${exported}\\b`).test(everything));
  expect(unused).toEqual([]);
});
