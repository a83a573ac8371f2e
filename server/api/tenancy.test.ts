import { beforeAll, describe, expect, test } from "vitest";
import { operations } from "#server/api/rest.ts";
import { appRouter } from "#server/api/root.ts";
import { createRole } from "#server/domain/access/create-role.ts";
import { listAssignments } from "#server/domain/access/queries.ts";
import { flushUses } from "#server/domain/access/record-uses.ts";
import { decideApproval } from "#server/domain/approvals/decide.ts";
import { listAudit } from "#server/domain/audit/queries.ts";
import { draftBulk } from "#server/domain/bulks/draft-bulk.ts";
import { decideByFilter } from "#server/domain/bulks/start-bulk.ts";
import { listGoverned } from "#server/domain/governance/queries.ts";
import { settleDenials } from "#server/domain/governance/record.ts";
import { addPerson } from "#server/domain/identity/add-person.ts";
import { uuidv7 } from "#server/domain/ids.ts";
import { uploadFile } from "#server/domain/imports/upload-file.ts";
import { deliverMessage } from "#server/domain/messaging/deliver-message.ts";
import { sendMessage } from "#server/domain/messaging/send-message.ts";
import { invitePerson } from "#server/domain/people/invite-person.ts";
import { listPeople } from "#server/domain/people/queries.ts";
import { issueToken } from "#server/domain/service-clients/issue-token.ts";
import { freezeSessions } from "#server/domain/sessions/freeze-sessions.ts";
import { listSessions } from "#server/domain/sessions/queries.ts";
import { transaction } from "#server/domain/transaction.ts";
import type { Browser, Said } from "#server/testing/http.ts";
import { core, makeAccount, routeFiles, signedIn } from "#server/testing/http.ts";
import type { World } from "#server/testing/world.ts";
import { bindTestDatabase, makeTenant } from "#server/testing/world.ts";

const { admin } = bindTestDatabase();

/** Everything that an id in a request can name. */
interface Ids {
  readonly pending: string;
  readonly returned: string;
  readonly org: string;
  readonly draft: string;
  readonly running: string;
  readonly email: string;
  readonly message: string;
  readonly logged: string;
  /** What only one tenant has a policy for. */
  readonly type: string;
  readonly tenant: string;
  readonly person: string;
  readonly member: string;
  readonly client: string;
  readonly token: string;
  readonly assignment: string;
  readonly role: string;
  readonly invitation: string;
  readonly import: string;
  readonly event: string;
  readonly request: string;
  readonly governed: string;
  readonly session: string;
  readonly set: string;
  readonly passkey: string;
}

const STAGES = [{ name: "S", permission: "approvals:decide", needed: 1 }] as const;

const FORESEEN = { type: "a", priority: "LOW", amount: null, payload: {}, dueAt: null, requesterEmail: null } as const;

type Inputs = (ids: Ids) => readonly unknown[];
const NO_IDS: Inputs = () => [];
const MAP = { fields: { org: { column: "org" }, type: { column: "type" }, title: { column: "title" } } };

const proposals: Inputs = ({ role, person, client, org, assignment }) => [
  { change: { kind: "ROLE", id: role, permissions: ["approvals:read"] } },
  { change: { kind: "DELETE", id: role } },
  { change: { kind: "ASSIGN", personId: person, role: "reader", scopeId: mine.rootId } },
  { change: { kind: "ASSIGN", clientId: client, role: "reader", scopeId: mine.rootId } },
  { change: { kind: "ASSIGN", personId: person, role: "reader", scopeId: org } },
  { change: { kind: "REVOKE", id: assignment } },
];

/** How each procedure can be handed somebody else's ids: a procedure that is not here fails the test. */
const PROCEDURES: Record<string, Inputs> = {
  "access.ask": ({ org }) => [{ role: "reader", scopeId: org, hours: 1, reason: "To look." }],
  "access.askable": ({ org }) => [{ scopeId: org }],
  "access.asked": NO_IDS,
  "access.assign": ({ person, email, client, org }) => [
    { personId: person, role: "reader", scopeId: mine.rootId },
    { email, role: "reader", scopeId: mine.rootId },
    { clientId: client, role: "reader", scopeId: mine.rootId },
    { email: "somebody@example.test", role: "reader", scopeId: org },
  ],
  "access.assignments": ({ person, org, assignment }) => [
    { personId: person },
    { scopeId: org },
    { above: org },
    { personId: person, before: assignment },
  ],
  "access.explain": ({ person, client, org }) => [
    { personId: person, permission: "approvals:read", scopeId: mine.rootId },
    { clientId: client, permission: "approvals:read", scopeId: mine.rootId },
    { permission: "approvals:read", scopeId: org },
  ],
  "access.whatCan": ({ person, client }) => [{ personId: person }, { clientId: client }],
  "access.whoCan": ({ org, person }) => [
    { permission: "approvals:read", scopeId: org },
    { permission: "approvals:read", scopeId: org, after: person },
  ],
  "access.revoke": ({ assignment }) => [{ id: assignment }],
  "access.roles": NO_IDS,
  "access.roleNames": NO_IDS,
  "access.unused": ({ person, client }) => [{ personId: person }, { clientId: client }, { after: person }],
  "access.unusedByRole": NO_IDS,
  "access.createRole": NO_IDS,
  "access.changeRole": ({ role }) => [{ id: role, version: 1, name: "Mine", permissions: ["approvals:read"] }],
  "access.deleteRole": ({ role }) => [{ id: role, version: 1 }],
  "access.simulate": proposals,
  "access.replayDecisions": proposals,
  "access.whoAmI": NO_IDS,
  "approvals.list": ({ org, pending }) => [{ filter: { org: [org] } }, { filter: { q: pending } }],
  "approvals.count": ({ org }) => [{ filter: { org: [org] } }],
  "approvals.detail": ({ pending }) => [{ id: pending }],
  "approvals.submit": ({ org, email }) => [
    { type: "a", title: "b", orgId: org },
    { type: "a", title: "b", requesterEmail: email },
  ],
  "approvals.prepare": NO_IDS,
  "approvals.form": ({ type }) => [{ type }],
  "approvals.foresee": ({ type, org, email }) => [
    { ...FORESEEN, type, orgId: mine.orgs.ca },
    { ...FORESEEN, orgId: org },
    { ...FORESEEN, orgId: mine.orgs.ca, requesterEmail: email },
  ],
  "approvals.comment": ({ pending, returned }) => [
    { id: pending, comment: "a" },
    { id: returned, comment: "b" },
  ],
  "approvals.resubmit": ({ returned }) => [{ id: returned }],
  "approvals.cancel": ({ pending, returned }) => [{ id: pending }, { id: returned }],
  "approvals.decide": ({ pending }) => [{ id: pending, decision: "APPROVE" }],
  "approvals.decideSet": ({ pending }) => [{ ids: [pending], decision: "APPROVE" }],
  "approvals.dryRun": ({ pending }) => [{ ids: [pending], decision: "APPROVE" }],
  "audit.choices": NO_IDS,
  "audit.get": ({ logged }) => [{ id: logged }],
  "audit.list": ({ pending, org, logged }) => [
    { filter: { target: pending } },
    { filter: { target: org } },
    { ids: [logged] },
    { cursor: logged, filter: { person: pending } },
  ],
  "approvals.standing": ({ pending, returned, org }) => [
    { ids: [pending, returned] },
    { ids: [pending], filter: { org: [org] } },
  ],
  "approvals.approvers": ({ pending, returned }) => [{ id: pending }, { id: returned }],
  "governance.choices": NO_IDS,
  "governance.get": ({ governed }) => [{ id: governed }],
  "governance.list": ({ person, client, org, governed, request }) => [
    { filter: { person } },
    { filter: { client } },
    { filter: { scope: org } },
    { filter: { requestId: request } },
    { cursor: governed, filter: { person } },
  ],
  "messages.list": ({ pending, message }) => [{ targetId: pending }, { ids: [message] }, { before: message }],
  "messages.get": ({ message }) => [{ id: message }],
  "messages.preview": NO_IDS,
  "messages.resend": ({ message }) => [{ id: message }],
  "messages.reveal": ({ message }) => [{ id: message }],
  "bulks.draft": ({ pending, org }) => [
    { ids: [pending] },
    { filter: { org: [org] } },
    { filter: { q: "nothing" }, except: [pending] },
  ],
  "bulks.start": ({ draft }) => [{ id: draft, decision: "APPROVE" }],
  "bulks.dryRun": ({ draft, running }) => [draft, running].map((id) => ({ id, decision: "APPROVE" })),
  "bulks.pause": ({ draft, running }) => [{ id: draft }, { id: running }],
  "bulks.resume": ({ draft, running }) => [{ id: draft }, { id: running }],
  "bulks.cancel": ({ draft, running }) => [{ id: draft }, { id: running }],
  "bulks.retry": ({ draft, running }) => [{ id: draft }, { id: running }],
  "bulks.outcomes": ({ running }) => [{ id: running }],
  "bulks.get": ({ draft, running }) => [{ id: draft }, { id: running }],
  "bulks.list": NO_IDS,
  "bulks.items": ({ running }) => [{ id: running }],
  "imports.check": ({ import: id }) => [{ id, version: 1, map: MAP }],
  "imports.columns": ({ import: id }) => [{ id }],
  "imports.discard": ({ import: id }) => [{ id }],
  "imports.get": ({ import: id }) => [{ id }],
  "imports.list": ({ import: id }) => [{ before: id }],
  "imports.preview": ({ import: id }) => [{ id, map: MAP }],
  "imports.problems": ({ import: id }) => [{ id }],
  "imports.start": ({ import: id }) => [{ id, version: 1 }],
  "outbox.backlog": NO_IDS,
  "outbox.event": ({ event }) => [{ id: event }],
  "outbox.list": ({ pending, event }) => [
    { filter: { aggregateId: pending } },
    { filter: { aggregateId: pending }, cursor: { eventId: event, reaction: "live" } },
  ],
  "outbox.replay": ({ event }) => [
    { eventId: event, reaction: "live" },
    { eventId: event, reaction: "mail", published: true },
  ],
  "outbox.replayDead": ({ event }) => [{ reaction: "live", after: event }],
  "outbox.trace": ({ request, event }) => [
    { requestId: request },
    { correlationId: request },
    { requestId: request, after: event },
  ],
  "password.change": NO_IDS, // these know a person by the session, or by a mailed token
  "password.notMe": NO_IDS,
  "password.reset": NO_IDS,
  "password.resetLink": NO_IDS,
  "password.signInLink": NO_IDS,
  "people.accept": NO_IDS, // its token is no id; what it opens is proven beside the command
  "people.invitation": NO_IDS,
  "people.invitations": NO_IDS,
  "people.get": ({ person, member }) => [{ personId: person }, { personId: member }],
  "people.list": ({ member, email }) => [{ q: email }, { ids: [member] }, { after: member, q: email }],
  "people.setStatus": ({ member, person }) => [
    { id: member, status: "DISABLED" },
    { id: person, status: "ENDED" },
  ],
  "people.withdraw": ({ invitation }) => [{ id: invitation }],
  "policies.list": NO_IDS,
  "policies.get": ({ type }) => [{ type }],
  "policies.tryOut": ({ type }) => [{ type, stages: STAGES }],
  "factors.addPasskey": NO_IDS, // a credential is one that a browser has signed with
  "factors.beginPasskey": NO_IDS,
  "factors.beginTotp": NO_IDS,
  "factors.confirmTotp": NO_IDS,
  "factors.list": NO_IDS,
  "factors.removePasskey": ({ passkey }) => [{ id: passkey }],
  "factors.removeTotp": NO_IDS,
  "factors.renewRecoveryCodes": NO_IDS,
  "profile.get": NO_IDS,
  "profile.update": NO_IDS,
  "scopes.create": ({ org }) => [{ parentId: org, kind: "CYCLE", items: [{ code: "C", name: "C" }] }],
  "scopes.list": NO_IDS,
  "scopes.rename": ({ org }) => [{ id: org, name: "Another" }],
  "serviceClients.create": NO_IDS,
  "serviceClients.get": ({ client, person }) => [{ id: client }, { id: person }],
  "serviceClients.issueToken": ({ client, org }) => [
    { clientId: client, name: "Theirs" },
    { clientId: ownClient, name: "Ours", scopeId: org },
  ],
  "serviceClients.list": ({ client }) => [{ after: client, q: "theirs" }],
  "serviceClients.revokeToken": ({ token }) => [{ id: token }],
  "serviceClients.rotateToken": ({ token }) => [{ id: token }],
  "serviceClients.setStatus": ({ client }) => [
    { id: client, status: "DISABLED" },
    { id: client, status: "ACTIVE" },
  ],
  "serviceClients.update": ({ client }) => [{ id: client, name: "Ours now" }],
  "sessions.choices": ({ email, person }) => [{ q: email }, { q: email, person }],
  "sessions.countFrozen": ({ set }) => [{ set }],
  "sessions.freeze": ({ person }) => [{ filter: { person } }],
  "sessions.limits": NO_IDS,
  "sessions.list": ({ person, session }) => [
    { filter: { person } },
    { ids: [session] },
    { filter: { person }, after: session },
  ],
  "sessions.mine": ({ session }) => [{ after: session, ended: true }],
  "sessions.name": ({ session }) => [{ id: session, name: "Mine" }],
  "sessions.revoke": ({ session }) => [{ ids: [session] }],
  "sessions.revokeFrozen": ({ set }) => [{ set }],
  "sessions.revokeOthers": NO_IDS,
  "sessions.revokeOwn": ({ session }) => [{ id: session }],
  "sessions.setLimits": NO_IDS,
  "sessions.tryLimits": NO_IDS,
  "sessions.narrow": ({ org }) => [{ scopeId: org }],
  "sessions.places": NO_IDS,
  "sessions.stepUp": NO_IDS,
  "sessions.stepUpOptions": NO_IDS,
  "signIn.passkey": NO_IDS,
  "signIn.passkeyOptions": NO_IDS,
  "signIn.secondStep": NO_IDS,
  "sessions.switchTenant": ({ tenant }) => [{ tenantId: tenant }],
  "policies.put": ({ type }) => [{ type, name: "N", stages: STAGES, version: 0 }],
};

const steered = (verb: string, ...ids: readonly string[]) =>
  ids.map((id) => [`/approvals/bulk/${id}/${verb}`, {}] as const);

/** The same for the Core API: path and body. */
const OPERATIONS: Record<string, (ids: Ids) => readonly (readonly [path: string, body?: unknown])[]> = {
  "GET /approvals": ({ pending }) => [[`/approvals?q=${pending}`]],
  "POST /approvals": ({ email }) => [["/approvals", { type: "a", title: "b", requesterEmail: email }]],
  "GET /approvals/{id}": ({ pending }) => [[`/approvals/${pending}`]],
  "POST /approvals/{id}/comments": ({ pending }) => [[`/approvals/${pending}/comments`, { comment: "a" }]],
  "POST /approvals/{id}/revisions": ({ returned }) => [[`/approvals/${returned}/revisions`, { title: "b" }]],
  "POST /approvals/{id}/decision": ({ pending }) => [[`/approvals/${pending}/decision`, { decision: "APPROVE" }]],
  "POST /approvals/bulk/decision": ({ pending, org }) => [
    ["/approvals/bulk/decision", { ids: [pending], decision: "APPROVE" }],
    ["/approvals/bulk/decision", { ids: [pending], decision: "APPROVE", dryRun: true }],
    ["/approvals/bulk/decision", { filter: { org: [org] }, decision: "APPROVE" }],
  ],
  "GET /approvals/bulk/{bulkId}": ({ draft, running }) => [
    [`/approvals/bulk/${draft}`],
    [`/approvals/bulk/${running}`],
  ],
  "POST /approvals/bulk/{bulkId}/pause": ({ draft, running }) => steered("pause", draft, running),
  "POST /approvals/bulk/{bulkId}/resume": ({ draft, running }) => steered("resume", draft, running),
  "POST /approvals/bulk/{bulkId}/cancel": ({ draft, running }) => steered("cancel", draft, running),
};

let mine: World;
let theirs: World;
let olu: Browser;
let ownClient: string;
let foreign: Ids;
const unknown = (): Ids => ({
  pending: uuidv7(),
  returned: uuidv7(),
  org: uuidv7(),
  draft: uuidv7(),
  running: uuidv7(),
  email: `${uuidv7()}@example.test`,
  message: uuidv7(),
  logged: uuidv7(),
  type: uuidv7(),
  tenant: uuidv7(),
  person: uuidv7(),
  member: uuidv7(),
  client: uuidv7(),
  token: uuidv7(),
  assignment: uuidv7(),
  role: uuidv7(),
  invitation: uuidv7(),
  import: uuidv7(),
  event: uuidv7(),
  request: uuidv7(),
  governed: uuidv7(),
  session: uuidv7(),
  set: uuidv7(),
  passkey: uuidv7(),
});

async function* csv() {
  yield Buffer.from("org,type,title\nCA,a,b\n");
}

beforeAll(async () => {
  for (const { file } of routeFiles) await import(file); // each declares its operations
  [mine, theirs] = [await makeTenant(), await makeTenant()];
  olu = await signedIn(await makeAccount(mine, "administrator"));
  ownClient = (await mine.client()).clientId as string;
  await mine.approvals(2);
  const [pending, returned] = await theirs.approvals(2);
  const [decider, client] = [await theirs.person("decider"), await theirs.client(theirs.orgs.ca)];
  await decideApproval(decider, { id: returned as string, decision: "CHANGES_REQUESTED", comment: "more" });
  const account = await makeAccount(theirs, "decider");
  const { email, personId } = account;
  await signedIn(account);
  const [session] = (await listSessions(await theirs.system(), { filter: { person: personId } })).items;
  const [member] = (await listPeople(await theirs.system(), { q: email })).items;
  const [assignment] = (await listAssignments(await theirs.system(), { personId })).items;
  const passkey = { id: uuidv7() };
  await admin().pool.query(
    "INSERT INTO passkeys (id, person_id, credential_id, public_key, counter, transports, name) VALUES ($1, $2, 'theirs', '', 0, '{}', 'Theirs')",
    [passkey.id, personId],
  );
  const type = uuidv7();
  await theirs.policy(type, STAGES);
  await theirs.approvals(1, { type });
  const message = await transaction(await theirs.system(), (work) =>
    sendMessage(work, {
      template: "invitation",
      to: { email: "theirs@example.test", personId: null },
      language: "en",
      data: { tenant: "theirs", by: null, hours: 1 },
      secrets: { link: "https://example.test/theirs" },
    }),
  );
  await deliverMessage(await theirs.system(), message.id, async () => ({ provider: "CAPTURE", outcome: "CAPTURED" }));
  const [event] = (
    await admin().pool.query("SELECT id, request_id FROM outbox_events WHERE tenant_id = $1 LIMIT 1", [theirs.tenantId])
  ).rows;
  const [governed] = (await listGoverned(await theirs.system(), {})).items;
  const importer = await theirs.person("administrator");
  foreign = {
    governed: governed?.id as string,
    event: event.id,
    session: session?.id as string,
    set: (await freezeSessions(await theirs.person("administrator"), {})).id,
    request: event.request_id,
    passkey: passkey.id,
    pending: pending as string,
    returned: returned as string,
    org: theirs.orgs.ca,
    draft: (await draftBulk(decider, { ids: [pending as string] })).id,
    running: (await decideByFilter(client, { filter: {}, decision: "APPROVE" })).bulkId,
    email,
    message: message.id,
    logged: (await listAudit(await theirs.system(), { filter: { target: pending as string } })).items[0]?.id as string,
    type,
    tenant: theirs.tenantId,
    person: personId,
    member: member?.id as string,
    client: client.clientId as string,
    token: (await issueToken(await theirs.system(), { clientId: client.clientId as string, name: "Theirs" })).id,
    assignment: assignment?.id as string,
    role: (await createRole(await theirs.system(), { code: "theirs", name: "Theirs", permissions: [] })).id,
    import: (await uploadFile(async () => importer, "theirs.csv", csv())).id,
    invitation: (await invitePerson(await theirs.system(), { email: "new@example.test", name: "New" })).id,
  };
  await flushUses();
});

/** An answer without what differs between any two: ids, addresses of mail, times. */
const form = ({ status, body }: Said) =>
  `${status} ${JSON.stringify(body)
    .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}(@example\.test)?|p[0-9a-f]{10}@example\.test/g, "ID")
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "TIME")}`;

/** All that the other tenant has. */
async function theirRows(): Promise<string> {
  const tables = await admin().pool.query(
    "SELECT DISTINCT tablename AS t FROM pg_policies WHERE policyname = 'tenant_wall' ORDER BY 1",
  );
  const parts = [];
  for (const { t } of tables.rows) {
    const { rows } = await admin().pool.query(
      `SELECT md5(string_agg(x::text, '' ORDER BY x::text)) AS hash FROM ${t} x WHERE tenant_id = $1`,
      [theirs.tenantId],
    );
    parts.push(`${t} ${rows[0].hash}`);
  }
  return parts.join("\n");
}

describe("A12 ids of another tenant answer exactly like unknown ones", () => {
  test("every procedure of the router and every operation of the Core API has its case here", () => {
    expect(Object.keys(PROCEDURES).sort()).toEqual(Object.keys(appRouter._def.procedures).sort());
    expect(Object.keys(OPERATIONS).sort()).toEqual([...operations.keys()].sort());
  });

  test.each(Object.keys(PROCEDURES))("tRPC %s", async (path) => {
    const before = await theirRows();
    const { type } =
      (appRouter._def.procedures as unknown as Record<string, { _def: { type: string } }>)[path]?._def ?? {};
    const call = (input: unknown) => (type === "query" ? olu.query(path, input) : olu.mutate(path, input));
    const inputs = PROCEDURES[path] as Inputs;
    const [strange, guessed] = [inputs(foreign), inputs(unknown())];
    for (const [i, input] of strange.entries()) {
      const [a, b] = [await call(input), await call(guessed[i])];
      expect(form(a)).toBe(form(b));
      expect(a.headers.get("content-type")).toBe(b.headers.get("content-type"));
      expect(a.status).not.toBe(400); // else it would not have been looked for at all
    }
    expect(await theirRows()).toBe(before);
  });

  test.each(Object.keys(OPERATIONS))("REST %s", async (name) => {
    const before = await theirRows();
    const call = core(mine.code, "CA");
    const cases = OPERATIONS[name] as (typeof OPERATIONS)[string];
    const [strange, guessed] = [cases(foreign), cases(unknown())];
    for (const [i, [path, body]] of strange.entries()) {
      const [otherPath, otherBody] = guessed[i] as readonly [string, unknown?];
      const [a, b] = [await call(path, { body }), await call(otherPath, { body: otherBody })];
      expect(form(a)).toBe(form(b));
      expect(a.status).not.toBe(400);
    }
    expect(await theirRows()).toBe(before);
  });

  test("the report of an import", async () => {
    const report = (id: string) => olu.fetch(`/api/imports/${id}/problems`);
    expect(form(await report(foreign.import))).toBe(form(await report(uuidv7())));
  });

  test("the same ids do name something to those whose they are", async () => {
    const admin2 = await signedIn(await makeAccount(theirs, "administrator"));
    const calls = [
      admin2.query("approvals.detail", { id: foreign.pending }),
      admin2.query("approvals.detail", { id: foreign.returned }),
      admin2.query("bulks.get", { id: foreign.running }),
      admin2.query("audit.get", { id: foreign.logged }),
      admin2.query("governance.get", { id: foreign.governed }),
      core(theirs.code, foreign.org)(`/approvals/${foreign.pending}`),
      core(theirs.code, "CA")(`/approvals/bulk/${foreign.running}`),
    ];
    expect((await Promise.all(calls)).map((said) => said.status)).toEqual(calls.map(() => 200));
  });
});

describe("R3 a tenant is a wall", () => {
  // What no row-level security hides, since it belongs to no tenant.
  test.each(["person", "tenant", "passkey"] as const)(
    "R3 a foreign %s id, in whatever place, answers as an unknown one and touches nothing",
    async (kind) => {
      const asking = await signedIn(await makeAccount(mine, "administrator")); // each with the rate of a session
      await flushUses(); // of what they did themselves, in the tests before
      await settleDenials();
      const before = await theirRows();
      const everywhere = (id: string): Ids => {
        const { email, type, ...ids } = foreign;
        return { email, type, ...(Object.fromEntries(Object.keys(ids).map((name) => [name, id])) as typeof ids) };
      };
      const statuses = new Set<number>();
      for (const [path, inputs] of Object.entries(PROCEDURES)) {
        if (path === "policies.put") continue; // it would make that type known here
        const { type } =
          (appRouter._def.procedures as unknown as Record<string, { _def: { type: string } }>)[path]?._def ?? {};
        const call = (input: unknown) => (type === "query" ? asking.query(path, input) : asking.mutate(path, input));
        const [strange, guessed] = [inputs(everywhere(foreign[kind])), inputs(everywhere(uuidv7()))];
        const which = kind.length % Math.max(1, strange.length);
        if (strange.length === 0) continue;
        const [a, b] = [await call(strange[which]), await call(guessed[which])];
        expect([path, form(a)]).toEqual([path, form(b)]);
        statuses.add(a.status);
      }
      expect([...statuses]).toEqual(expect.arrayContaining([200, 404])); // else it would have proven less
      expect([...statuses]).not.toContain(429);
      expect(await theirRows()).toBe(before);
    },
  );

  test("lists, counts and bulks show nothing of another tenant", async () => {
    const shown = [
      await olu.query("approvals.list", { limit: 200 }),
      await olu.query("approvals.count", {}),
      await olu.query("bulks.list", {}),
      await olu.query("audit.list", { limit: 200 }),
      await olu.query("governance.list", { limit: 200 }),
      await olu.query("access.whoAmI", {}),
      await core(mine.code, "CA")("/approvals?limit=200"),
    ].map(({ body }) => JSON.stringify(body));
    for (const id of Object.values(foreign)) for (const text of shown) expect(text).not.toContain(id);
  });

  test("a member of both acts in the tenant of the session and sees nothing of the other", async () => {
    const account = await makeAccount(mine, "administrator");
    await addPerson(await theirs.system(), { email: account.email, name: "Both" });
    const both = await signedIn(account);
    expect((await both.query("access.whoAmI", {})).body.result.data.tenant.id).toBe(mine.tenantId);
    expect((await both.query("approvals.detail", { id: foreign.pending })).status).toBe(404);
  });
});

describe("the routes on disk", () => {
  const CORE = "/api/core";

  test("are these", () => {
    const others = routeFiles.map((r) => r.address).filter((a) => !a.startsWith(`${CORE}/`));
    expect(others).toEqual([
      "/api/auth/[...nextauth]",
      "/api/bulks/[id]/outcomes",
      "/api/events",
      "/api/imports",
      "/api/imports/[id]/problems",
      "/api/search/keys",
      "/api/search/multi_search",
      "/api/trpc/[trpc]",
      "/health",
    ]);
  });

  test("under /api/core take exactly the operations that are declared", async () => {
    const taken: string[] = [];
    for (const { address, file } of routeFiles.filter(
      (r) => r.address.startsWith(`${CORE}/`) && !r.address.includes("[[..."),
    )) {
      const path = address.slice(CORE.length);
      const { GET, POST, ...rest } = (await import(file)) as Record<
        string,
        (r: Request, c: unknown) => Promise<Response>
      >;
      expect(Object.keys(rest).sort()).toEqual(["DELETE", "HEAD", "OPTIONS", "PATCH", "PUT"]);
      for (const [method, handler] of Object.entries({ GET, POST })) {
        const request = new Request(`http://localhost:3000${CORE}${path}`, {
          method,
          headers: { authorization: "Bearer core-token-for-tests-core-token-for-tests" },
        });
        const { status } = (await handler?.(request, { params: Promise.resolve({}) })) ?? {};
        if (status !== 405) taken.push(`${method} ${path.replace(/\[(\w+)\]/g, "{$1}")}`);
      }
    }
    expect(taken.sort()).toEqual(["GET /openapi.json", ...operations.keys()].sort());
  });
});
