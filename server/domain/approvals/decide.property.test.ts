import { createHash } from "node:crypto";
import fc from "fast-check";
import { beforeAll, expect, test } from "vitest";
import { assignRole } from "#server/domain/access/assign-role.ts";
import { cancelApproval } from "#server/domain/approvals/cancel.ts";
import { commentApproval } from "#server/domain/approvals/comment.ts";
import { decideApprovals } from "#server/domain/approvals/decide.ts";
import { resubmitApproval } from "#server/domain/approvals/resubmit.ts";
import type { Decision, Stage } from "#server/domain/approvals/rules.ts";
import { submitApprovals } from "#server/domain/approvals/submit.ts";
import type { Caller } from "#server/domain/caller.ts";
import { addPerson } from "#server/domain/identity/add-person.ts";
import { uuidv7 } from "#server/domain/ids.ts";
import { putPolicy } from "#server/domain/policies/put-policy.ts";
import { Refusal } from "#server/domain/refusals.ts";
import { LONG } from "#server/testing/long.ts";
import type { Model, Who } from "#server/testing/model.ts";
import { cancelModel, commentModel, decideModel, resubmitModel, submitted } from "#server/testing/model.ts";
import { recordFlaws, tableHashes } from "#server/testing/record.ts";
import type { World } from "#server/testing/world.ts";
import { again, bindTestDatabase, makeTenant } from "#server/testing/world.ts";

const { admin } = bindTestDatabase();
// A sample that is the same each time; at length, another each time. fast-check prints the seed of a failure.
const RUNS = LONG
  ? { numRuns: 400 }
  : { numRuns: 10, seed: 20_261_122, interruptAfterTimeLimit: 100_000, markInterruptAsFailure: true };
const TIMEOUT = LONG ? 1_800_000 : 150_000;

/** The same people in two tenants: what one does in a set, its twin does one by one. */
type Role = "decider" | "confirmer" | "reader";
const PEOPLE: { roles: readonly (readonly [Role, "root" | "ca" | "ny"])[]; who: Omit<Who, "key" | "client"> }[] = [
  { roles: [["decider", "root"]], who: { reads: true, submits: true, comments: true, holds: ["approvals:decide"] } },
  { roles: [["decider", "ca"]], who: { reads: true, submits: true, comments: true, holds: ["approvals:decide"] } },
  {
    roles: [["confirmer", "root"]],
    who: { reads: true, submits: true, comments: true, holds: ["approvals:decide", "approvals:confirm"] },
  },
  {
    roles: [
      ["confirmer", "ca"],
      ["reader", "ny"],
    ],
    who: { reads: true, submits: true, comments: true, holds: ["approvals:decide", "approvals:confirm"] },
  },
  { roles: [["decider", "ny"]], who: { reads: false, submits: false, comments: false, holds: [] } },
  {
    roles: [
      ["decider", "ny"],
      ["reader", "ca"],
    ],
    who: { reads: true, submits: false, comments: false, holds: [] },
  },
];
const CLIENT = PEOPLE.length;

interface Side {
  readonly world: World;
  readonly callers: readonly Caller[];
}
let sides: readonly [Side, Side];
let emails: readonly string[];
let everyone: readonly Who[];

beforeAll(async () => {
  emails = PEOPLE.map((_, i) => `twin${i}@example.test`);
  everyone = [
    ...PEOPLE.map(({ who }, i): Who => ({ ...who, key: `p${i}`, client: false })),
    { key: "client", reads: true, submits: true, comments: true, holds: ["approvals:decide"], client: true },
  ];
  const makeSide = async (): Promise<Side> => {
    const world = await makeTenant();
    const callers: Caller[] = [];
    for (const [i, { roles }] of PEOPLE.entries()) {
      const { personId } = await addPerson(await world.system(), { email: emails[i] as string, name: `Twin ${i}` });
      for (const [role, at] of roles)
        await assignRole(await world.system(), {
          personId,
          role,
          scopeId: at === "root" ? world.rootId : world.orgs[at],
        });
      callers.push((await again({ tenantId: world.tenantId, personId, clientId: null })) as Caller);
    }
    return { world, callers: [...callers, await world.client()] };
  };
  sides = [await makeSide(), await makeSide()];
});

const stages = fc.array(
  fc.record({
    permission: fc.constantFrom<Stage["permission"][]>("approvals:decide", "approvals:decide", "approvals:confirm"),
    needed: fc.constantFrom(1, 1, 2, 2, 3),
  }),
  { minLength: 1, maxLength: 3 },
);
const requests = fc.array(
  fc.record({
    policy: fc.nat(1),
    requester: fc.option(fc.nat(2), { freq: 2 }),
    submitter: fc.constantFrom<(number | null)[]>(null, null, 0, 3, CLIENT),
  }),
  { minLength: 2, maxLength: 5 },
);
const step = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant("decide" as const),
      who: fc.constantFrom(0, 0, 1, 1, 2, 2, 3, 3, 2, 3, 4, 5, CLIENT),
      decision: fc.constantFrom<Decision[]>(
        "APPROVE",
        "APPROVE",
        "APPROVE",
        "REJECT",
        "CHANGES_REQUESTED",
        "CHANGES_REQUESTED",
      ),
      reason: fc.constantFrom("because", "because", "because", "because", " "),
      picks: fc.array(
        fc.record({
          at: fc.constantFrom(0, 1, 2, 3, 4, 0, 1, 2, 3, 4, -1),
          sent: fc.constantFrom("none", "none", "seen", "old"),
        }),
        {
          minLength: 1,
          maxLength: 6,
        },
      ),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("resubmit" as const), who: fc.nat(CLIENT), at: fc.nat(4) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("cancel" as const), who: fc.nat(CLIENT), at: fc.nat(4) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("comment" as const), who: fc.nat(CLIENT), at: fc.nat(4) }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

const code = (error: unknown): string => {
  if (error instanceof Refusal) return error.code;
  throw error;
};

/** What the rows say: standings, events, decisions, without ids and times. */
async function rows(ids: readonly string[]) {
  const { rows } = await admin().pool.query(
    `SELECT a.state, a.revision, a.stage_index AS stage, a.version, a.content_version AS content,
       (SELECT array_agg(event_type || ' ' || aggregate_version ORDER BY aggregate_version) FROM outbox_events e WHERE e.aggregate_id = a.id) AS events,
       (SELECT array_agg(concat_ws(' ', d.revision, d.stage_index, d.decision, p.name, d.client_id IS NOT NULL, d.comment) ORDER BY d.id) FROM approval_decisions d LEFT JOIN people p ON p.id = d.person_id WHERE d.approval_id = a.id) AS decisions
     FROM unnest($1::uuid[]) WITH ORDINALITY AS x (id, n) JOIN approvals a USING (id) ORDER BY n`,
    [ids],
  );
  return rows;
}
const standing = ({ state, revision, stage, version, content, events }: Model) => ({
  state,
  revision,
  stage,
  version,
  content,
  events,
});

test("A1–A8, A10–A13: any policies, people, decisions, resubmissions, comments and cancellations follow the model; a set is its items one by one", {
  timeout: TIMEOUT,
}, async () => {
  let run = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.tuple(stages, stages),
      fc.boolean(),
      requests,
      fc.array(step, { minLength: 10, maxLength: 18 }),
      async (policies, clientMayDecide, wanted, steps) => {
        const [types, made] = [
          policies.map((_, i) => `run${run}.${i}`),
          policies.map((p) => p.map((s, i) => ({ ...s, name: `S${i}` }))),
        ];
        run++;
        const submit = async ({ world, callers }: Side) => {
          for (const [i, type] of types.entries())
            await putPolicy(await world.system(), {
              type,
              name: type,
              stages: made[i] as Stage[],
              submittingClientMayDecide: clientMayDecide,
            });
          const ids: string[] = [];
          for (const { policy, requester, submitter } of wanted) {
            const caller = submitter === null ? await world.system() : (callers[submitter] as Caller);
            const item = {
              type: types[policy] as string,
              orgId: world.orgs.ca,
              title: `T${ids.length}`,
              requesterEmail: requester === null ? undefined : emails[requester],
            };
            ids.push((await submitApprovals(caller, { items: [item] })).items[0]?.id as string);
          }
          return ids;
        };
        const [ids, twins] = [await submit(sides[0]), await submit(sides[1])];
        const models = wanted.map(({ policy, requester, submitter }) =>
          submitted({
            stages: made[policy] as Stage[],
            clientMayDecide,
            requester: requester === null ? null : `p${requester}`,
            submitter: submitter === null ? null : (everyone[submitter] as Who).key,
          }),
        );
        const evidence = new Map<string, string>();
        for (const s of steps) {
          await follow(s, models, ids, twins);
          expect(await rows(ids)).toMatchObject(models.map(standing));
          await keepEvidence([...ids, ...twins], evidence);
        }
        expect(await rows(twins)).toEqual(await rows(ids));
        await invariants([...ids, ...twins]);
      },
    ),
    RUNS,
  );
  expect(await recordFlaws(admin().pool)).toEqual([]);
});

const ACTS = {
  resubmit: (caller: Caller, id: string, who: Who): Promise<unknown> =>
    resubmitApproval(caller, { id, summary: `by ${who.key}` }),
  cancel: (caller: Caller, id: string): Promise<unknown> => cancelApproval(caller, { id }),
  comment: (caller: Caller, id: string): Promise<unknown> => commentApproval(caller, { id, comment: "Seen." }),
};

let dryRuns = 0;
/** One step in the model, on one side in a set, on the other one by one. */
async function follow(s: Step, models: Model[], ids: string[], twins: string[]): Promise<void> {
  const who = everyone[s.who] as Who;
  const [asked, twin] = [sides[0].callers[s.who] as Caller, sides[1].callers[s.who] as Caller];
  if (s.kind !== "decide") {
    const open = models.flatMap((m, i) => (m.state === "CHANGES_REQUESTED" ? [i] : [])); // else it would rarely be met
    const at = s.kind === "resubmit" && open.length > 0 ? (open[s.at % open.length] as number) : s.at % ids.length;
    const model = models[at] as Model;
    const expected = { resubmit: resubmitModel, cancel: cancelModel, comment: commentModel }[s.kind](model, who);
    const act = (caller: Caller, id: string) =>
      ACTS[s.kind](caller, id, who).then(
        () => "done",
        (error) => code(error),
      );
    expect([await act(asked, ids[at] as string), await act(twin, twins[at] as string)]).toEqual([expected, expected]);
    return;
  }
  const picks = s.picks.map(({ at, sent }) => {
    if (at < 0) return { id: twins[0] as string, twinId: ids[0] as string, model: null, version: null }; // the other tenant's (A12)
    const place = at % ids.length;
    const model = models[place] as Model;
    const version = sent === "none" ? null : sent === "seen" ? model.content : Math.max(1, model.content - 1);
    return { id: ids[place] as string, twinId: twins[place] as string, model, version };
  });
  const input = { decision: s.decision, comment: s.reason };
  const set = { ...input, ids: picks.map((p) => p.id), versions: picks.map((p) => p.version) };
  const answers = (r: Awaited<ReturnType<typeof decideApprovals>>) =>
    r.results.map((x) => x.code ?? `${x.outcome} ${x.state}`);
  const inSet = async () => {
    const look = dryRuns++ % 10 === 0 ? () => tableHashes(admin().pool) : () => rows(ids); // all tables take their time
    const before = await look();
    const predicted = await decideApprovals(asked, set, { dryRun: true }).then(answers, code);
    expect(await look()).toEqual(before);
    const answer = await decideApprovals(asked, set).then(answers, code);
    expect(answer).toEqual(predicted);
    return answer;
  };
  const oneByOne = async () => {
    const single = [];
    for (const { twinId, version } of picks)
      single.push(
        await decideApprovals(twin, { ...input, ids: [twinId], versions: [version] }).then((r) => answers(r)[0], code),
      );
    return single;
  };
  const answered = await inSet();
  const single = await oneByOne();
  if (s.decision !== "APPROVE" && !s.reason.trim()) {
    expect([answered, single]).toEqual(["approval.reason_required", picks.map(() => "approval.reason_required")]);
    return;
  }
  const expected = picks.map(({ model, version }) =>
    model ? decideModel(model, who, s.decision, version) : "approval.not_found",
  );
  expect([answered, single]).toEqual([expected, expected]);
}

/** Evidence is made once: the text of a revision never changes, and everything that refers to it carries its hash. */
async function keepEvidence(ids: readonly string[], seen: Map<string, string>): Promise<void> {
  const { rows } = await admin().pool.query(
    "SELECT approval_id || ' ' || revision AS key, evidence, evidence_hash AS hash FROM approval_revisions WHERE approval_id = ANY($1)",
    [ids],
  );
  for (const { key, evidence, hash } of rows) {
    expect(createHash("sha256").update(evidence).digest("hex")).toBe(hash);
    if (seen.has(key)) expect(evidence).toBe(seen.get(key));
    seen.set(key, evidence);
  }
}

/** What must hold of the rows alone, whatever led there. */
async function invariants(ids: readonly string[]): Promise<void> {
  const { rows } = await admin().pool.query(
    `SELECT a.id, CASE
       WHEN (a.state = 'APPROVED') <> (SELECT bool_and((SELECT count(DISTINCT coalesce(d.person_id, d.client_id)) FROM approval_decisions d
         WHERE d.approval_id = a.id AND d.revision = a.revision AND d.decision = 'APPROVE' AND d.stage_index = s.n - 1) >= (s.stage ->> 'needed')::int)
         FROM policy_versions v, jsonb_array_elements(v.stages) WITH ORDINALITY AS s (stage, n) WHERE v.id = a.policy_version_id) THEN 'A2'
       WHEN EXISTS (SELECT FROM approval_decisions d WHERE d.approval_id = a.id AND d.person_id IN (a.requester_id, a.submitter_person_id)) THEN 'A3'
       WHEN EXISTS (SELECT FROM approval_decisions d JOIN approval_revisions r USING (tenant_id, approval_id, revision) WHERE d.approval_id = a.id AND r.revision > 1 AND (d.person_id = r.person_id OR d.client_id = r.client_id)) THEN 'A3 editor'
       WHEN EXISTS (SELECT FROM approval_decisions d WHERE d.approval_id = a.id GROUP BY d.revision, d.person_id, d.client_id HAVING count(*) > 1) THEN 'A7'
       WHEN EXISTS (SELECT FROM approval_decisions d JOIN approval_revisions r USING (tenant_id, approval_id, revision) WHERE d.approval_id = a.id AND d.evidence_hash <> r.evidence_hash) THEN 'evidence of a decision'
       WHEN a.evidence_hash <> (SELECT evidence_hash FROM approval_revisions r WHERE r.approval_id = a.id AND r.revision = a.revision) THEN 'evidence'
     END AS broken FROM approvals a WHERE a.id = ANY($1)`,
    [ids],
  );
  expect(rows.filter((r) => r.broken !== null)).toEqual([]);
}

test("A4: within a stage the order of the same APPROVEs does not matter", { timeout: TIMEOUT }, async () => {
  const [{ world, callers }] = sides;
  const order = fc.shuffledSubarray([0, 1, 2, 3], { minLength: 2, maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(order, fc.integer({ min: 2, max: 4 }), fc.nat(), async (people, needed, turn) => {
      const type = `order${uuidv7()}`;
      await world.policy(type, [{ name: "S", permission: "approvals:decide", needed }]);
      const ids = await world.approvals(2, { type });
      const other = people.map((_, i) => people[(i + 1 + turn) % people.length] as number).reverse();
      for (const [at, sequence] of [people, other].entries())
        for (const p of sequence)
          await decideApprovals(callers[p] as Caller, { ids: [ids[at] as string], decision: "APPROVE" });
      const strip = (await rows(ids)).map(({ decisions, ...r }) => ({ ...r, decisions: decisions.length }));
      expect(strip[0]).toEqual(strip[1]);
    }),
    { ...RUNS, numRuns: LONG ? 100 : 6 },
  );
});
