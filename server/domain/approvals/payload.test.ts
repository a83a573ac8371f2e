import { beforeAll, describe, expect, test } from "vitest";
import { ASK_TYPE } from "#server/domain/access/rules.ts";
import { decideApproval } from "#server/domain/approvals/decide.ts";
import { foreseeStages, prepareRequest, requestForm } from "#server/domain/approvals/prepare-request.ts";
import { getApproval, getApprovalDetail } from "#server/domain/approvals/queries.ts";
import { resubmitApproval } from "#server/domain/approvals/resubmit.ts";
import { submitApproval, submitApprovals } from "#server/domain/approvals/submit.ts";
import type { Caller } from "#server/domain/caller.ts";
import { uuidv7 } from "#server/domain/ids.ts";
import { importFile } from "#server/domain/imports/import-file.ts";
import { listProblems } from "#server/domain/imports/queries.ts";
import { importMap } from "#server/domain/imports/schema.ts";
import type { PayloadSchema } from "#server/domain/payload-schemas/rules.ts";
import { putPolicy } from "#server/domain/policies/put-policy.ts";
import { Refusal } from "#server/domain/refusals.ts";
import { core } from "#server/testing/http.ts";
import { tableHashes } from "#server/testing/record.ts";
import { codeOf } from "#server/testing/refused.ts";
import type { World } from "#server/testing/world.ts";
import { bindTestDatabase, makeTenant } from "#server/testing/world.ts";

const { admin } = bindTestDatabase();
const ONE = { name: "One", permission: "approvals:decide", needed: 1 } as const;
const SECOND = { name: "Second", permission: "approvals:confirm", needed: 1 } as const;
const TRAVEL: PayloadSchema = {
  type: "object",
  properties: { city: { type: "string", maxLength: 10 }, nights: { type: "integer", minimum: 1 } },
  required: ["city"],
};

let world: World;
let olu: Caller;
let mei: Caller;

const put = async (type: string, payloadSchema: PayloadSchema | null) =>
  putPolicy(await world.system(), { type, name: type, stages: [ONE], payloadSchema });

beforeAll(async () => {
  world = await makeTenant();
  [olu, mei] = [await world.person("decider"), await world.person("decider")];
  await put("travel", TRAVEL);
});

const base = (payload?: Record<string, unknown>) => ({
  type: "travel",
  orgId: world.orgs.ca,
  title: "To Oslo",
  payload,
});
const issuesOf = (call: Promise<unknown>) =>
  call.then(
    () => [],
    (error) => {
      expect(error).toBeInstanceOf(Refusal);
      expect(error.code).toBe("input.invalid");
      return error.issues.map(({ path, code }: { path: string; code: string }) => `${path} ${code}`).sort();
    },
  );

describe("a payload that does not fit its policy", () => {
  test.each<[string, Record<string, unknown> | undefined, string[]]>([
    ["nothing at all", undefined, ["payload.city required"]],
    ["a field that is another", { city: 5 }, ["payload.city invalid_type"]],
    ["several", { city: "x".repeat(11), nights: 0 }, ["payload.city too_big", "payload.nights too_small"]],
    ["a key of every object", { city: "Oslo", nights: { valueOf: 1 } }, ["payload.nights invalid_type"]],
    ["what every object inherits", JSON.parse('{"constructor": {"city": "Oslo"}}'), ["payload.city required"]],
  ])("is refused by the path of each value: %s", async (_, payload, expected) => {
    const before = await tableHashes(admin().pool);
    expect(await issuesOf(submitApproval(olu, base(payload)))).toEqual(expected);
    expect(await tableHashes(admin().pool)).toEqual(before);
  });

  test("refuses its set as a whole, named by its place", async () => {
    const good = base({ city: "Oslo" });
    const sent = submitApprovals(olu, { items: [good, base({ nights: 2 }), good, { ...base(), type: "plain" }] });
    expect(await issuesOf(sent)).toEqual(["items.1.payload.city required"]);
  });

  test("is 400 over REST, with the same paths", async () => {
    const ca = core(world.code, "CA");
    const { status, body } = await ca("/approvals", {
      body: { type: "travel", title: "To Oslo", payload: { city: "", nights: 1.5 } },
    });
    expect([status, body.code, body.errors]).toEqual([
      400,
      "input.invalid",
      [{ path: "payload.nights", code: "invalid_type", message: "must be integer" }],
    ]);
  });

  test("is what a type without a schema has never; the default's schema holds for every type without a policy", async () => {
    expect((await submitApproval(olu, { ...base({ any: [1] }), type: "plain" })).created).toBe(true);
    const other = await makeTenant();
    const system = await other.system();
    const schema = { type: "object", properties: { city: { type: "string" } }, required: ["city"] } as const;
    await putPolicy(system, { type: "*", name: "Default", stages: [ONE], payloadSchema: schema });
    const item = { type: "anything", orgId: other.orgs.ca, title: "T" };
    expect(await codeOf(submitApproval(system, item))).toBe("input.invalid");
    expect((await submitApproval(system, { ...item, payload: { city: "Oslo" } })).created).toBe(true);
  });

  test("does not undo what an import key made before the policy became stricter", async () => {
    const type = `t${uuidv7()}`;
    await put(type, null);
    const item = { ...base({ nights: 1 }), type, importKey: uuidv7() };
    const { approval } = await submitApproval(olu, item);
    await put(type, TRAVEL);
    expect(await submitApproval(olu, item)).toMatchObject({ created: false, approval: { id: approval.id } });
    expect(await issuesOf(submitApproval(olu, { ...item, importKey: uuidv7() }))).toEqual(["payload.city required"]);
  });

  test("is refused at resubmission too, by the policy of now, though it is only kept", async () => {
    const type = `t${uuidv7()}`;
    await put(type, null);
    const { approval } = await submitApproval(olu, { ...base({ nights: 1 }), type });
    await decideApproval(mei, { id: approval.id, decision: "CHANGES_REQUESTED", comment: "more" });
    await put(type, TRAVEL);
    const { id } = approval;
    const before = await tableHashes(admin().pool);
    expect(await issuesOf(submitAgain(id))).toEqual(["payload.city required"]);
    expect(await issuesOf(submitAgain(id, { city: "x".repeat(11) }))).toEqual(["payload.city too_big"]);
    expect(await tableHashes(admin().pool)).toEqual(before);
    await submitAgain(id, { city: "Oslo", nights: 1 });
    expect(await getApproval(olu, { id })).toMatchObject({ state: "PENDING", revision: 2, payload: { city: "Oslo" } });
    expect((await getApprovalDetail(olu, { id })).payloadSchema).toEqual(TRAVEL);
  });
  const submitAgain = (id: string, payload?: Record<string, string | number>) => resubmitApproval(olu, { id, payload });

  test("keeps its row of a file from being imported, named by its field", async () => {
    const bytes = async function* () {
      yield Buffer.from("org,city,nights\nCA,Oslo,2\nCA,,0\nNY,Bergen at the sea,1\n");
    };
    const map = importMap.parse({
      fields: {
        org: { column: "org" },
        type: { constant: "travel" },
        title: { constant: "To the north" },
        payload: { city: { column: "city" }, nights: { column: "nights", as: "integer" } },
      },
    });
    const caller = await world.system();
    const source = { name: "r.csv", read: bytes };
    const { importId, outcome } = await importFile(caller, source, map);
    expect(outcome).toBe("REFUSED");
    const told = await listProblems(caller, { id: importId });
    expect(told.items.map(({ line, problems }) => [line, problems.map((p) => p.field).sort()])).toEqual([
      [3, ["payload.city", "payload.nights"]],
      [4, ["payload.city"]],
    ]);
    expect(await importFile(caller, source, map, { skipBad: true })).toMatchObject({ submitted: 1, bad: 2 });
  });

  test("costs a set of a thousand next to nothing", async () => {
    const payload = { city: "Oslo", nights: 3 };
    const time = async (type: string) => {
      const items = Array.from({ length: 1000 }, () => ({ ...base(payload), type }));
      const started = performance.now();
      await submitApprovals(olu, { items });
      return performance.now() - started;
    };
    await time("travel");
    const [without, judged] = [
      Math.min(await time("plain"), await time("plain")),
      Math.min(await time("travel"), await time("travel")),
    ];
    expect(judged).toBeLessThan(2 * without + 200);
  });
});

describe("preparing a request", () => {
  test("names the types with a policy, the organisations and cycles where one may submit, and one's own address", async () => {
    const iris = await world.person("decider", world.orgs.ca);
    const { types, orgs, email, cycles } = await prepareRequest(iris, {});
    expect(types).toContainEqual({ type: "travel", name: "travel" });
    for (const none of ["*", ASK_TYPE]) expect(types.map((t) => t.type)).not.toContain(none);
    expect([orgs, cycles]).toEqual([[{ id: world.orgs.ca, code: "CA", name: "California" }], []]);
    expect(email).toMatch(/@example\.test$/);
    expect((await prepareRequest({ ...olu, within: world.orgs.ny }, {})).orgs.map((o) => o.code)).toEqual(["NY"]);
    expect(await codeOf(prepareRequest(await world.person("reader"), {}))).toBe("access.denied");
  });

  test("gives the form of a type, which without a policy of its own is the default's", async () => {
    expect(await requestForm(olu, { type: "travel" })).toMatchObject({ version: 1, payloadSchema: TRAVEL });
    expect(await requestForm(olu, { type: "unheard of" })).toMatchObject({ name: "Default", payloadSchema: null });
    expect(await codeOf(requestForm(olu, { type: ASK_TYPE }))).toBe("approval.type_reserved");
  });

  test("foresees the stages and deadlines that sending it then gives", async () => {
    const stages = [ONE, { ...SECOND, when: "amount > 1000 || payload.nights > 3" }];
    await putPolicy(await world.system(), {
      type: "staged",
      name: "S",
      stages,
      dueAfterHours: 24,
      expiresAfterHours: 1,
    });
    const asked = {
      type: "staged",
      orgId: world.orgs.ca,
      priority: "NORMAL",
      dueAt: null,
      requesterEmail: null,
    } as const;
    for (const [amount, payload, applies, unevaluated] of [
      ["500", { nights: 2 }, [true, false], [false, false]],
      ["500", { nights: 9 }, [true, true], [false, false]],
      ["500", {}, [true, true], [false, true]],
      [null, { nights: 2 }, [true, true], [false, true]],
    ] as const) {
      const seen = await foreseeStages(olu, { ...asked, amount, payload });
      expect(seen.stages.map((s) => s.applies)).toEqual(applies);
      expect(seen.stages.map((s) => s.unevaluated)).toEqual(unevaluated);
      expect(Date.parse(seen.expiresAt ?? "") - Date.parse(seen.dueAt ?? "")).toBe(3_600_000);
      const sent = { type: "staged", orgId: world.orgs.ca, title: "T", amount, payload: { ...payload } };
      const { approval } = await submitApproval(olu, sent);
      const made = await getApprovalDetail(olu, { id: approval.id });
      expect(made.stages.map((s) => s.state !== "SKIPPED")).toEqual(applies);
    }
    const before = await tableHashes(admin().pool);
    expect(await codeOf(foreseeStages(olu, { ...asked, orgId: uuidv7(), amount: null, payload: {} }))).toBe(
      "org.not_found",
    );
    expect(await tableHashes(admin().pool)).toEqual(before);
  });
});
