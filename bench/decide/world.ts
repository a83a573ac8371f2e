import { randomBytes } from "node:crypto";
import { assignRole } from "#server/domain/access/assign-role.ts";
import { createScopes } from "#server/domain/access/create-scopes.ts";
import { provisionTenant } from "#server/domain/access/provision-tenant.ts";
import { submitApprovals } from "#server/domain/approvals/submit.ts";
import type { Caller } from "#server/domain/caller.ts";
import { newRequestId } from "#server/domain/caller.ts";
import { addPerson } from "#server/domain/identity/add-person.ts";
import { callerOf, foundingCaller, systemCaller } from "#server/domain/identity/find-caller.ts";
import { signIn } from "#server/domain/identity/sign-in.ts";
import { uuidv7 } from "#server/domain/ids.ts";

const ORGANISATIONS = 50;
const SUBMIT_MAX = 1000;
const PASSWORD = "decides-in-the-bench";

/** Somebody who decides, and the cookie that the browser would send. */
export interface Person {
  readonly personId: string;
  readonly token: string;
}

/** Approvals that one run decides: made as the product makes them, alike in every slice but for the type. */
export interface Slice {
  readonly type: string;
  readonly ids: readonly string[];
}

export interface World {
  readonly tenantId: string;
  readonly deciders: readonly Person[];
  /** The first of the deciders as a caller, with what they may do now. */
  caller(): Promise<Caller>;
  slice(type: string, size: number): Promise<Slice>;
}

export async function makeWorld(people: number): Promise<World> {
  const [tenantId, rootId] = [uuidv7(), uuidv7()];
  const code = `b${randomBytes(4).toString("hex")}`;
  await provisionTenant(foundingCaller(tenantId, rootId, code), { id: tenantId, rootId, code, name: "Bench" });
  const organisations = await createScopes(await systemCaller(tenantId), {
    parentId: rootId,
    kind: "ORG",
    items: Array.from({ length: ORGANISATIONS }, (_, i) => ({ code: `O${i + 1}`, name: `Organisation ${i + 1}` })),
  });
  const requesterEmail = "requester@bench.test";
  await addPerson(await systemCaller(tenantId), { email: requesterEmail, name: "Requester" });
  const deciders: Person[] = [];
  for (let i = 1; i <= people; i++) deciders.push(await makeDecider(tenantId, rootId, `decider${i}@bench.test`));

  const submitter = await systemCaller(tenantId);
  const slice = async (type: string, size: number): Promise<Slice> => {
    const ids: string[] = [];
    while (ids.length < size) {
      const items = Array.from({ length: Math.min(SUBMIT_MAX, size - ids.length) }, (_, i) => ({
        type,
        orgId: organisations[i % organisations.length]?.id,
        title: `Request ${ids.length + i + 1}`,
        summary: "Three new chairs and a table for the meeting room on the second floor.",
        amount: `${(i + 1) * 100}`,
        payload: { costCentre: "4711", supplier: "Muebles del Norte", quantity: i },
        requesterEmail,
      }));
      ids.push(...(await submitApprovals(submitter, { items })).items.map((made) => made.id));
    }
    return { type, ids };
  };

  const caller = async (): Promise<Caller> => {
    const requestId = newRequestId();
    const facts = { requestId, correlationId: requestId, address: null, locale: null, within: null };
    const found = await callerOf({ tenantId, personId: deciders[0]?.personId ?? null, clientId: null }, facts);
    if (!found) throw new Error("the decider is no member");
    return found;
  };
  return { tenantId, deciders, caller, slice };
}

async function makeDecider(tenantId: string, rootId: string, email: string): Promise<Person> {
  const { personId } = await addPerson(await systemCaller(tenantId), { email, name: email, password: PASSWORD });
  await assignRole(await systemCaller(tenantId), { personId, role: "decider", scopeId: rootId });
  const signedIn = await signIn({
    email,
    password: PASSWORD,
    address: "127.0.0.1",
    userAgent: "bench",
    requestId: newRequestId(),
    idleMinutes: 60,
    absoluteHours: 1,
  });
  if (!signedIn.ok) throw new Error(`${email} could not sign in`);
  return { personId, token: signedIn.token };
}
