import { createHash } from "node:crypto";
import canonicalize from "canonicalize";
import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { createScopes } from "#server/domain/access/create-scopes.ts";
import { evidenceOf } from "#server/domain/approvals/make-evidence.ts";
import { getApproval, getApprovalDetail } from "#server/domain/approvals/queries.ts";
import { submitApproval, submitApprovals } from "#server/domain/approvals/submit.ts";
import type { Caller } from "#server/domain/caller.ts";
import { putPolicy } from "#server/domain/policies/put-policy.ts";
import { LONG } from "#server/testing/long.ts";
import { recordFlaws, tableHashes } from "#server/testing/record.ts";
import { codeOf, refused } from "#server/testing/refused.ts";
import type { World } from "#server/testing/world.ts";
import { bindTestDatabase, makeTenant } from "#server/testing/world.ts";

const { admin } = bindTestDatabase();
let world: World;
let olu: Caller;
let cycle: string;
let email: string;

beforeAll(async () => {
  world = await makeTenant();
  const [made] = await createScopes(await world.system(), {
    parentId: world.orgs.ca,
    kind: "CYCLE",
    items: [{ code: "2026", name: "2026" }],
  });
  cycle = made?.id as string;
  olu = await world.person("decider");
  email = (await admin().pool.query("SELECT email FROM people WHERE id = $1", [olu.personId])).rows[0].email;
});

const base = () => ({ type: "plain", orgId: world.orgs.ca, title: "A request" });
const count = async () => (await admin().pool.query("SELECT count(*)::int AS n FROM approvals")).rows[0].n;

describe("a submission", () => {
  test("is PENDING at revision and version 1, with what was sent and defaults for the rest", async () => {
    const { approval, created } = await submitApproval(olu, {
      ...base(),
      amount: "-12300",
      payload: { b: 1, a: [null, "é"] },
      dueAt: "2026-03-01T10:00:00+05:45",
      requesterEmail: email.toUpperCase(),
    });
    expect(created).toBe(true);
    expect(approval).toMatchObject({
      orgId: world.orgs.ca,
      cycleId: null,
      title: "A request",
      summary: "",
      priority: "NORMAL",
      state: "PENDING",
      amount: "-12300",
      payload: { b: 1, a: [null, "é"] },
      requester: { id: olu.personId, email },
      revision: 1,
      version: 1,
      contentVersion: 1,
      dueAt: "2026-03-01T04:15:00.000Z",
      decidedAt: null,
      stage: { index: 0, needed: 1, have: 0 },
    });
    expect(approval).toEqual(await getApproval(olu, { id: approval.id }));
  });

  test("into a cycle hangs on the cycle and belongs to its organisation", async () => {
    const { approval } = await submitApproval(olu, { ...base(), orgId: cycle });
    expect(approval).toMatchObject({ orgId: world.orgs.ca, cycleId: cycle });
    const { approval: implied } = await submitApproval({ ...olu, within: cycle }, { type: "plain", title: "x" });
    expect(implied.cycleId).toBe(cycle);
  });

  test("keeps its evidence as the RFC 8785 text of what is decided, with its SHA-256", async () => {
    const { approval } = await submitApproval(olu, { ...base(), payload: { z: 1, a: { y: 2, x: "ü" } }, amount: 5 });
    const [revision] = (await getApprovalDetail(olu, { id: approval.id })).revisions;
    const evidence = JSON.parse(revision?.evidence ?? "");
    expect(evidence).toMatchObject({
      id: approval.id,
      revision: 1,
      type: "plain",
      title: "A request",
      amount: "5",
      payload: { a: { x: "ü", y: 2 }, z: 1 },
      requester: null,
      attachments: [],
    });
    expect(canonicalize(evidence)).toBe(revision?.evidence);
    expect([approval.evidenceHash, revision?.evidenceHash]).toEqual(
      Array(2).fill(
        createHash("sha256")
          .update(revision?.evidence ?? "")
          .digest("hex"),
      ),
    );
  });

  test("is decided as the policy of its submission says, whatever becomes of the policy (A2)", async () => {
    const stage = { name: "S", permission: "approvals:decide" as const };
    const put = async (needed: number) =>
      putPolicy(await world.system(), { type: "changing", name: "x", stages: [{ ...stage, needed }] });
    await put(1);
    const before = await submitApproval(olu, { ...base(), type: "changing" });
    await put(3);
    const after = await submitApproval(olu, { ...base(), type: "changing" });
    const needed = async (id: string) => (await getApproval(olu, { id })).stage?.needed;
    expect([await needed(before.approval.id), await needed(after.approval.id)]).toEqual([1, 3]);
  });
});

describe("a set", () => {
  test("answers in order, and an import key seen before with the approval that it made: nothing is added", async () => {
    const items = ["a", "b", "a"].map((key) => ({ ...base(), importKey: `set-${key}` }));
    const first = (await submitApprovals(olu, { items })).items;
    expect(first.map((i) => i.created)).toEqual([true, true, false]);
    expect(first[2]?.id).toBe(first[0]?.id);
    const before = await tableHashes(admin().pool);
    expect((await submitApprovals(olu, { items })).items).toEqual(first.map((i) => ({ ...i, created: false })));
    expect(await tableHashes(admin().pool)).toEqual(before);
  });

  test("sent by ten at once with the same import keys makes each approval once (I1)", async () => {
    const items = Array.from({ length: 20 }, (_, i) => ({ ...base(), importKey: `race-${i}` }));
    const before = await count();
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, i) => submitApprovals(olu, { items: i % 2 ? items : items.toReversed() })),
    );
    expect((await count()) - before).toBe(20);
    expect(answers.flatMap((a) => a.items).filter((i) => i.created)).toHaveLength(20);
    expect(new Set(answers.flatMap((a) => a.items.map((i) => i.id))).size).toBe(20);
  });

  test("with one item that cannot be is refused as a whole, and nothing of it is left", async () => {
    const before = await tableHashes(admin().pool);
    const other = await makeTenant();
    const withTenant = await tableHashes(admin().pool);
    const cases: [object, string][] = [
      [{ requesterEmail: "nobody@example.test" }, "person.not_found"],
      [{ orgId: world.rootId }, "org.not_found"],
      [{ orgId: other.orgs.ca }, "org.not_found"],
      [{ orgId: undefined }, "org.not_found"],
      [{ title: "" }, "input.invalid"],
    ];
    for (const [wrong, code] of cases)
      expect(await codeOf(submitApprovals(olu, { items: [base(), { ...base(), ...wrong }] }))).toBe(code);
    const iris = await refused(submitApprovals({ ...olu, within: world.orgs.ny }, { items: [base()] }));
    expect(iris).toEqual({ code: "org.not_found", facts: {} });
    expect(await tableHashes(admin().pool)).toEqual(withTenant);
    expect(withTenant).not.toEqual(before);
  });
});

describe("attachments", () => {
  const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
  const links = [
    { title: "Offer", url: "https://files.example.com/offer.pdf" },
    { title: "Plan", url: "HTTPS://Example.com/plan" },
  ];
  const kept = [links[0], { title: "Plan", url: "https://example.com/plan" }].map((link) => ({
    ...link,
    digest: sha256(canonicalize(link) as string),
  }));

  test("are part of the evidence with the digest of each link's own text, and of the detail", async () => {
    const { approval } = await submitApproval(olu, { ...base(), attachments: links });
    const { attachments, revisions } = await getApprovalDetail(olu, { id: approval.id });
    expect(attachments).toEqual(kept);
    expect(JSON.parse(revisions[0]?.evidence ?? "").attachments).toEqual(kept);
    expect(sha256(revisions[0]?.evidence ?? "")).toBe(approval.evidenceHash);
  });

  test("change nothing of the evidence of a request that has none", () => {
    const content = {
      type: "t",
      title: "T",
      summary: "",
      amount: 5n,
      payload: { b: 1, a: 2 },
      requesterId: null,
      candidateId: null,
      dueAt: null,
    };
    expect(evidenceOf("i", 1, "p", { ...content, attachments: [] })).toEqual({
      evidence:
        '{"amount":"5","attachments":[],"candidate":null,"dueAt":null,"id":"i","payload":{"a":2,"b":1},"policyVersion":"p","requester":null,"revision":1,"summary":"","title":"T","type":"t"}',
      evidenceHash: "add7dec38879743cd42118b8a5677d11a935b577895cf6c1510bd055b50a3b93",
    });
  });
});

test("any text, payload, amount and date is kept exactly or refused as invalid, never an error", async () => {
  const any = fc.record(
    {
      title: fc.string({ unit: "binary", maxLength: 30 }),
      summary: fc.string({ unit: "grapheme", maxLength: 50 }),
      payload: fc.dictionary(fc.string({ unit: "binary", maxLength: 8 }), fc.jsonValue({ maxDepth: 3 }), {
        maxKeys: 4,
      }),
      amount: fc.oneof(
        fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }).map(String),
        fc.double(),
        fc.constantFrom("0", "-0", "007", "1.5", "1e3", null),
      ),
      dueAt: fc.oneof(
        fc
          .date({ noInvalidDate: true, min: new Date(-62_200_000_000_000), max: new Date(253_500_000_000_000) })
          .map((d) => d.toISOString()),
        fc.constantFrom("0000-01-01T00:00:00Z", "9999-12-31T23:59:59-14:00", "2026-02-30T00:00:00Z", null),
      ),
      importKey: fc.string({ unit: "binary", maxLength: 20 }),
    },
    { requiredKeys: ["title"] },
  );
  await fc.assert(
    fc.asyncProperty(any, async (sent) => {
      const answer = await submitApproval(olu, { ...base(), ...sent } as Parameters<typeof submitApproval>[1]).catch(
        (error) => {
          expect(error).toMatchObject({ code: "input.invalid" });
          return null;
        },
      );
      if (!answer?.created) return;
      const { approval } = answer;
      expect(approval.title).toBe(sent.title.normalize("NFC"));
      expect(approval.payload).toEqual(JSON.parse(JSON.stringify(sent.payload ?? {})));
      expect(approval.amount).toBe(sent.amount == null ? null : `${BigInt(sent.amount)}`);
      expect(approval.dueAt).toBe(sent.dueAt == null ? null : new Date(sent.dueAt).toISOString());
    }),
    { numRuns: LONG ? 3000 : 80 },
  );
});

test("after all of it, every version has its one event and its one CHANGE row (U1, O1, A13)", async () => {
  expect(await recordFlaws(admin().pool)).toEqual([]);
});
