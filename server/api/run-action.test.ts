import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import { limitReset } from "#server/api/context.ts";
import { runAction, runStrangerAction } from "#server/api/run-action.ts";
import { decideApproval } from "#server/domain/approvals/decide.ts";
import { remindApprovers } from "#server/domain/approvals/remind-approvers.ts";
import { tellRequester } from "#server/domain/approvals/tell-requester.ts";
import type { Caller } from "#server/domain/caller.ts";
import { askReset } from "#server/domain/identity/ask-reset.ts";
import { uuidv7 } from "#server/domain/ids.ts";
import { invitePerson } from "#server/domain/people/invite-person.ts";
import { resendInvitation } from "#server/domain/people/resend-invitation.ts";
import type { Browser } from "#server/testing/http.ts";
import { makeAccount, signedIn } from "#server/testing/http.ts";
import type { World } from "#server/testing/world.ts";
import { bindTestDatabase, makeTenant } from "#server/testing/world.ts";

const { admin } = bindTestDatabase();
/** How each command of an action is tried: a form that is right, and forms that name what is another tenant's. */
interface Trial {
  readonly command: (caller: Caller, input: never) => Promise<unknown>;
  right(): unknown;
  foreign(of: Ids): readonly unknown[];
}
interface Ids {
  readonly pending: string;
  readonly settled: string;
  readonly org: string;
  readonly invitation: string;
}
const approvals = (command: Trial["command"]): Trial => ({
  command,
  right: () => ({ id: pending }),
  foreign: ({ pending: a, settled: b }) => [{ id: a }, { id: b }],
});
const newcomer = () => ({ email: `${uuidv7()}@example.test`, name: "New" });
const TRIALS: Record<string, Trial> = {
  remindApprovers: approvals(remindApprovers),
  tellRequester: approvals(tellRequester),
  invitePerson: {
    command: invitePerson,
    right: newcomer,
    foreign: ({ org }) => [{ ...newcomer(), role: "reader", scopeId: org }],
  },
  resendInvitation: {
    command: resendInvitation,
    right: () => ({ id: invitation }),
    foreign: ({ invitation: id }) => [{ id }],
  },
};

let mine: World;
let theirs: World;
let olu: Browser;
let pending: string;
let invitation: string;
let foreign: Ids;

beforeAll(async () => {
  [mine, theirs] = [await makeTenant(), await makeTenant()];
  olu = await signedIn(await makeAccount(mine, "administrator"));
  await mine.person("decider");
  [pending] = (await mine.approvals(1)) as [string];
  const requester = await makeAccount(theirs, "reader");
  const decider = await theirs.person("decider");
  const [a, b] = (await theirs.approvals(2, { requesterEmail: requester.email })) as [string, string];
  await decideApproval(decider, { id: b, decision: "APPROVE" });
  invitation = (await invitePerson(await mine.system(), newcomer())).id;
  const open = await invitePerson(await theirs.system(), newcomer());
  foreign = { pending: a, settled: b, org: theirs.orgs.ca, invitation: open.id };
});

/** The headers of a form post from the page, as the browser that is signed in sends them. */
const from = (browser: Browser, more: Record<string, string> = {}) =>
  new Headers({
    cookie: [...browser.cookies].map(([name, value]) => `${name}=${value}`).join("; "),
    "sec-fetch-site": "same-origin",
    ...more,
  });

const messages = async () => (await admin().pool.query("SELECT count(*)::int AS n FROM messages")).rows[0].n as number;

test("every action of the console runs a command that is tried here", () => {
  const source = readFileSync(new URL("./actions.ts", import.meta.url), "utf8");
  const run = [...source.matchAll(/runAction\(await headers\(\), (\w+), input\)/g)].map(([, name]) => name);
  expect(run.toSorted()).toEqual(Object.keys(TRIALS).toSorted());
  const strangers = [...source.matchAll(/runStrangerAction\(await headers\(\), (\w+), (\w+), input\)/g)];
  expect(strangers.map(([, limit, name]) => [limit, name])).toEqual([["limitReset", "askReset"]]);
  expect(source.match(/export /g)).toHaveLength(run.length + strangers.length);
});

describe("an action of whoever is not known", () => {
  let places = 0;
  const stranger = (more: Record<string, string> = {}) =>
    new Headers({ "sec-fetch-site": "same-origin", "x-forwarded-for": `198.51.100.${++places}`, ...more });
  const ask = (headers: Headers, input: unknown) => runStrangerAction(headers, limitReset, askReset, input);

  test("answers the same for an address that is known, one that nobody has, and one asked for too often", async () => {
    const { email } = await makeAccount(mine, "reader");
    const answers = [];
    for (const given of [email, "nobody@example.test", email, email, email, email])
      answers.push(await ask(stranger(), { email: given }));
    expect(new Set(answers.map((answer) => JSON.stringify(answer)))).toEqual(
      new Set([JSON.stringify({ ok: true, answer: { asked: true } })]),
    );
  });

  test("is from this site, of the form that is expected, and so often a minute from one address", async () => {
    const input = { email: "nobody@example.test" };
    expect(await ask(stranger({ "sec-fetch-site": "cross-site" }), input)).toMatchObject({
      code: "auth.foreign_origin",
    });
    for (const wrong of [{}, { email: "x" }, { email: 1 }, { ...input, more: 1 }, null])
      expect(await ask(stranger(), wrong)).toMatchObject({ code: "input.invalid" });
    const here = stranger();
    const codes = [];
    for (let i = 0; i < 6; i++) codes.push(await ask(here, input));
    expect(codes.map((said) => said.ok || said.code)).toEqual([...Array(5).fill(true), "request.rate_limited"]);
  });
});

describe("an action", () => {
  test("from this site, by a live session, answers what its command answers", async () => {
    expect(await runAction(from(olu), remindApprovers, { id: pending })).toMatchObject({
      ok: true,
      answer: { sent: 1 },
    });
  });

  test.each(Object.entries(TRIALS))(
    "%s: another site, nobody and a wrong form are refused, and send nothing",
    async (_, { command, right }) => {
      const before = await messages();
      const asked = async (headers: Headers, input: unknown) => {
        const result = await runAction(headers, command, input);
        return result.ok ? "ok" : `${result.httpStatus} ${result.code}`;
      };
      const id = right();
      for (const site of ["cross-site", "same-site", "none"])
        expect(await asked(from(olu, { "sec-fetch-site": site }), id)).toBe("403 auth.foreign_origin");
      const old = from(olu, { origin: "https://evil.test" });
      old.delete("sec-fetch-site");
      expect(await asked(old, id)).toBe("403 auth.foreign_origin");
      expect(await asked(new Headers({ "sec-fetch-site": "same-origin" }), id)).toBe("401 auth.required");
      for (const input of [null, undefined, {}, { id: "x" }, { ...(id as object), more: 1 }, [id]])
        expect(await asked(from(olu), input)).toBe("400 input.invalid");
      const reader = await signedIn(await makeAccount(mine, "reader"));
      expect(await asked(from(reader), id)).toBe("403 access.denied");
      expect(await messages()).toBe(before);
    },
  );

  test.each(Object.entries(TRIALS))(
    "A12 %s: ids of another tenant answer exactly like unknown ones",
    async (_, { command, foreign: forms }) => {
      const before = await messages();
      const unknown = { pending: uuidv7(), settled: uuidv7(), org: uuidv7(), invitation: uuidv7() };
      const guesses = forms(unknown);
      for (const [index, form] of forms(foreign).entries()) {
        const ask = (input: unknown) => runAction(from(olu, { "x-request-id": "r" }), command, input);
        const [strange, guessed] = [await ask(form), await ask(guesses[index])];
        expect(strange).toEqual(guessed);
        expect(strange).toMatchObject({ ok: false, httpStatus: 404 });
      }
      expect(await messages()).toBe(before);
    },
  );
});
