import fc from "fast-check";
import { beforeAll, expect, test } from "vitest";
import { assignRole } from "#server/domain/access/assign-role.ts";
import { createScopes } from "#server/domain/access/create-scopes.ts";
import type { Permission } from "#server/domain/access/rules.ts";
import { uuidv7 } from "#server/domain/ids.ts";
import { createClient } from "#server/domain/service-clients/create-client.ts";
import { issueToken } from "#server/domain/service-clients/issue-token.ts";
import { anyGrant, byTheBook, giveAll, makeRoles, pick } from "#server/testing/chance.ts";
import type { Said } from "#server/testing/http.ts";
import { core } from "#server/testing/http.ts";
import { LONG } from "#server/testing/long.ts";
import type { World } from "#server/testing/world.ts";
import { bindTestDatabase, makeTenant } from "#server/testing/world.ts";

const { admin } = bindTestDatabase();
const RUNS = LONG
  ? { numRuns: 300 }
  : { numRuns: 60, seed: 20_261_130, interruptAfterTimeLimit: 90_000, markInterruptAsFailure: true };

const WHAT = ["approvals:read", "approvals:comment", "approvals:submit"] as const satisfies readonly Permission[];

interface Tenant extends World {
  readonly cycle: string;
  /** Every place of requests, with the request that lies right there. */
  readonly there: ReadonlyMap<string, string>;
}

/** California with a cycle, New York without: the same codes in each tenant. */
async function fill(): Promise<Tenant> {
  const world = await makeTenant();
  const [cycle] = await createScopes(await world.system(), {
    parentId: world.orgs.ca,
    kind: "CYCLE",
    items: [{ code: "S", name: "Spring" }],
  });
  const places = [world.orgs.ca, world.orgs.ny, cycle?.id as string];
  const there = new Map<string, string>();
  for (const orgId of places) for (const id of await world.approvals(1, { orgId })) there.set(orgId, id);
  return { ...world, cycle: cycle?.id as string, there };
}

let mine: Tenant;
let theirs: Tenant;
beforeAll(async () => {
  [mine, theirs] = [await fill(), await fill()];
});

const n = fc.nat(50);
const anySet = fc.subarray([...WHAT], { minLength: 1 });
const anyRequest = fc.record({
  tenant: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, n),
  org: n,
  cycle: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, n),
  more: n,
  ask: fc.constantFrom("list" as const, "list" as const, "get" as const, "comment" as const, "submit" as const),
  about: n,
});
type Requested = typeof anyRequest extends fc.Arbitrary<infer T> ? T : never;

/** What a request may claim beside its token: own, foreign, unknown and misspelt. */
function headersOf({ tenant, org, cycle, more }: Requested): Record<string, string> {
  const others: Record<string, string>[] = [
    {},
    { "x-scope-id": mine.rootId, "x-organisation-id": "NY" },
    { "x-tenant": theirs.code, "x-forwarded-tenant": theirs.tenantId },
    { "x-client-id": uuidv7(), "x-permissions": WHAT.join(","), "x-role": "administrator" },
  ];
  return {
    "x-tenant-id": pick(
      [
        mine.code,
        mine.tenantId,
        mine.tenantId.toUpperCase(),
        theirs.code,
        theirs.tenantId,
        `${mine.code},${theirs.code}`,
        "no",
      ],
      tenant,
    ),
    "x-org-id": pick(
      ["CA", "NY", mine.orgs.ca, mine.orgs.ny, theirs.orgs.ca, mine.rootId, mine.cycle, "ca", "CA,NY"],
      org,
    ),
    "x-cycle-id": pick(["", "S", mine.cycle, theirs.cycle, mine.orgs.ny, "T"], cycle),
    ...pick(others, more),
  };
}

/** The place that headers name in the token's own tenant; null for none. */
function placeOf(headers: Record<string, string>): string | null {
  const { "x-tenant-id": tenant, "x-org-id": org, "x-cycle-id": cycle } = headers;
  if (tenant !== mine.code && tenant?.toLowerCase() !== mine.tenantId) return null;
  const { ca, ny } = mine.orgs;
  const found = { CA: ca, [ca]: ca, NY: ny, [ny]: ny }[org ?? ""] ?? null;
  if (cycle === "") return found;
  return found === ca && (cycle === "S" || cycle === mine.cycle) ? mine.cycle : null;
}

function ask(token: string, headers: Record<string, string>, { ask: what, about }: Requested) {
  const request = pick([...mine.there.values(), ...theirs.there.values()], about);
  const call = core(mine.code, "CA");
  const sent = { headers: { ...headers, authorization: `Bearer ${token}` } };
  if (what === "list") return { request, said: call("/approvals?limit=200", sent) };
  if (what === "get") return { request, said: call(`/approvals/${request}`, sent) };
  if (what === "comment")
    return { request, said: call(`/approvals/${request}/comments`, { ...sent, body: { comment: "Seen." } }) };
  return { request, said: call("/approvals", { ...sent, body: { type: "probe", title: "By token" } }) };
}

const idsOf = ({ body }: Said): string[] => body.items.map((item: { id: string }) => item.id);

test("R11 whatever the headers say, a request gets what its client may, inside its token and the place that it names, and nothing else", {
  timeout: LONG ? 1_800_000 : 150_000,
}, async () => {
  const seen = { nowhere: 0, granted: 0, refused: 0, narrowed: 0, rows: 0 };
  const property = fc.asyncProperty(
    fc.array(anySet, { minLength: 1, maxLength: 3 }),
    fc.array(anyGrant, { minLength: 2, maxLength: 6 }),
    fc.record({ permissions: fc.option(anySet), at: fc.option(fc.nat(3)) }),
    fc.array(anyRequest, { minLength: 4, maxLength: 10 }),
    async (sets, grants, limits, requests) => {
      const system = await mine.system();
      const code = `c-${uuidv7()}`;
      const { id: clientId } = await createClient(system, { code, name: "Program" });
      // Of the same name and with every right, where the token is not of.
      const twin = await createClient(await theirs.system(), { code, name: "Program" });
      const all = { clientId: twin.id, role: "administrator", scopeId: theirs.rootId };
      await assignRole(await theirs.system(), all);
      const scopes = [mine.rootId, mine.orgs.ca, mine.orgs.ny, mine.cycle];
      await giveAll(mine, grants, { holders: [{ clientId }], roles: await makeRoles(mine, sets), scopes });
      const limit = limits.at === null ? null : pick(scopes, limits.at);
      const { token } = await issueToken(system, {
        clientId,
        name: "One",
        ...(limits.permissions ? { permissions: limits.permissions } : {}),
        ...(limit ? { scopeId: limit } : {}),
      });

      const book = await byTheBook(admin(), mine.tenantId, clientId);
      const inside = (scope: string, top: string | null) =>
        top === null || (system.access.scopes.get(scope)?.path.includes(top) ?? false);
      const mayAt = (what: Permission, scope: string) =>
        book.has(`${what} ${scope}`) && (limits.permissions?.includes(what as never) ?? true) && inside(scope, limit);

      for (const requested of requests) {
        const headers = headersOf(requested);
        const place = placeOf(headers);
        const { request, said: saying } = ask(token, headers, requested);
        const said = await saying;
        if (place === null) {
          expect([said.status, said.body.code]).toEqual([404, "org.not_found"]);
          seen.nowhere++;
          continue;
        }
        const reads = [...mine.there.keys()].filter((at) => inside(at, place) && mayAt("approvals:read", at));
        const [where] = [...mine.there].find(([, id]) => id === request) ?? [];
        const isRead = where !== undefined && reads.includes(where);
        const may = {
          list: scopes.some((at) => inside(at, place) && mayAt("approvals:read", at)),
          get: isRead,
          comment: isRead && mayAt("approvals:comment", where),
          submit: mayAt("approvals:submit", place) && reads.includes(place),
        }[requested.ask];
        expect({ headers, ask: requested.ask, status: said.status, may: said.status < 300 }).toMatchObject({ may });
        if (!may) {
          expect([403, 404]).toContain(said.status);
          seen.refused++;
          continue;
        }
        seen.granted++;
        if (requested.ask === "get" || requested.ask === "list") {
          const ids = requested.ask === "list" ? idsOf(said) : [said.body.id];
          const shown = ids.filter((id) => [...mine.there.values(), ...theirs.there.values()].includes(id));
          const own = requested.ask === "get" ? [request] : reads.map((at) => mine.there.get(at));
          expect([...shown].sort()).toEqual([...own].sort());
          seen.rows += shown.length;
          if (reads.length < [...mine.there.keys()].filter((at) => book.has(`approvals:read ${at}`)).length)
            seen.narrowed++;
        } else {
          const { rows } = await admin().pool.query(
            requested.ask === "submit"
              ? "SELECT tenant_id, scope_id FROM approvals WHERE id = $1"
              : "SELECT a.tenant_id, a.scope_id FROM approval_comments c JOIN approvals a ON a.tenant_id = c.tenant_id AND a.id = c.approval_id WHERE c.id = $1",
            [said.body.id],
          );
          const at = requested.ask === "submit" ? place : where;
          expect(rows).toEqual([{ tenant_id: mine.tenantId, scope_id: at }]);
        }
      }
    },
  );
  await fc.assert(property, RUNS);
  for (const [what, times] of Object.entries(seen)) expect([what, times > 0]).toEqual([what, true]); // else it would have proven nothing
});
