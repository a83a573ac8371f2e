import { beforeAll, expect, test } from "vitest";
import { assignRole } from "#server/domain/access/assign-role.ts";
import { listBulks } from "#server/domain/bulks/queries.ts";
import type { Caller } from "#server/domain/caller.ts";
import { callerOfToken } from "#server/domain/identity/find-caller.ts";
import { tokenHash } from "#server/domain/ids.ts";
import { createClient } from "#server/domain/service-clients/create-client.ts";
import { issueToken } from "#server/domain/service-clients/issue-token.ts";
import { revokeToken } from "#server/domain/service-clients/revoke-token.ts";
import { rotateToken } from "#server/domain/service-clients/rotate-token.ts";
import { bulksIn } from "#server/testing/bulks.ts";
import type { World } from "#server/testing/world.ts";
import { bindTestDatabase, makeTenant } from "#server/testing/world.ts";

const { admin } = bindTestDatabase();
let world: World;
let ana: Caller;
let clientId: string;
const bulks = bulksIn(() => world, admin);

beforeAll(async () => {
  world = await makeTenant();
  ana = await world.person("administrator");
  ({ id: clientId } = await createClient(ana, { code: "decides", name: "Decides" }));
  await assignRole(ana, { clientId, role: "confirmer", scopeId: world.rootId });
});

async function tokenOf(given: Partial<Parameters<typeof issueToken>[1]> = {}) {
  const { id, token } = await issueToken(ana, { clientId, name: "One", ...given });
  const found = await callerOfToken(tokenHash(token), {
    requestId: "r",
    correlationId: "r",
    address: null,
    locale: null,
  });
  return { id, caller: found?.caller as Caller };
}
const DECIDES = ["approvals:read", "approvals:decide"] as const;

test("R11 a bulk goes on with what its token leaves, and not with all that the client may", async () => {
  const { type } = await bulks.fresh(3, "none", [{ name: "C", permission: "approvals:confirm", needed: 1 }]);
  const narrow = await tokenOf({ permissions: [...DECIDES] });
  const id = await bulks.approveAll(narrow.caller, type);
  await bulks.run(id);
  expect(await bulks.outcomes(id)).toEqual({ "REFUSED approval.not_eligible": 3 });
  const wide = await bulks.approveAll((await tokenOf()).caller, type);
  await bulks.run(wide);
  expect(await bulks.outcomes(wide)).toEqual({ DECIDED: 3 });
});

test("R4 a bulk whose token was revoked, or replaced without an overlap, decides nothing more; one whose token goes on for a while goes on", async () => {
  const [stopped, goesOn, stolen] = [await bulks.fresh(2), await bulks.fresh(2), await bulks.fresh(2)];
  const { id: tokenId, caller } = await tokenOf();
  const id = await bulks.approveAll(caller, stopped.type);
  await revokeToken(ana, { id: tokenId });
  await bulks.run(id);
  expect(await bulks.outcomes(id)).toEqual({ "REFUSED access.denied": 2 });

  const other = await tokenOf();
  const running = await bulks.approveAll(other.caller, goesOn.type);
  await rotateToken(ana, { id: other.id, overlapDays: 1 });
  await bulks.run(running);
  expect(await bulks.outcomes(running)).toEqual({ DECIDED: 2 });

  const third = await tokenOf();
  const thiefs = await bulks.approveAll(third.caller, stolen.type);
  await rotateToken(ana, { id: third.id, overlapDays: 0 });
  await bulks.run(thiefs);
  expect(await bulks.outcomes(thiefs)).toEqual({ "REFUSED access.denied": 2 });
});

test("R11 a token that may not read where a bulk of its client lies does not see it, though the client started it", async () => {
  const { type } = await bulks.fresh(2);
  const id = await bulks.approveAll((await tokenOf()).caller, type);
  const seen = async (caller: Caller) => (await listBulks(caller, {})).map((bulk) => bulk.id);
  expect(await seen((await tokenOf()).caller)).toContain(id);
  expect(await seen((await tokenOf({ scopeId: world.orgs.ny })).caller)).not.toContain(id);
});
