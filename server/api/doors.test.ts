import { globSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
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

test("every server action runs one command of the registry, but the one of somebody who is not known", () => {
  const text = readFileSync("server/api/actions.ts", "utf8");
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
  "imports.abandoned",
  "imports.begin",
  "imports.close",
  "imports.closeUpload",
  "imports.keepChunk",
  "imports.leaveOut",
  "imports.members",
  "imports.openUpload",
  "imports.policies",
  "imports.readChunk",
  "imports.stage",
  "imports.submit",
  "maintenance.purge",
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
  "sessions.expire",
  "sessions.open",
  "sessions.prove",
  "tenants.provision",
];

test("every operation has a door, or is a step that the program takes by itself", () => {
  const doors = new Set(sources("server/api/**/*.ts").flatMap(taken));
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
