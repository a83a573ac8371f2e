import { beforeAll, expect, test } from "vitest";
import { decideApproval } from "#server/domain/approvals/decide.ts";
import { tellRequester } from "#server/domain/approvals/tell-requester.ts";
import type { Caller } from "#server/domain/caller.ts";
import type { World } from "#server/testing/world.ts";
import { bindTestDatabase, makeTenant } from "#server/testing/world.ts";

const { admin } = bindTestDatabase();
let world: World;
let requester: Caller;
let decider: Caller;
let email: string;

const ask = async (text: string, values: unknown[] = []) => (await admin().pool.query(text, values)).rows;

beforeAll(async () => {
  world = await makeTenant();
  [requester, decider] = [await world.person("reader"), await world.person("decider")];
  [{ email }] = (await ask("SELECT email FROM people WHERE id = $1", [requester.personId])) as [{ email: string }];
});

async function decided(decision: "APPROVE" | "REJECT" | "CHANGES_REQUESTED", comment?: string): Promise<string> {
  const [id] = (await world.approvals(1, { requesterEmail: email })) as [string];
  await decideApproval(decider, { id, decision, comment });
  return id;
}

test.each([
  ["APPROVE", "decisionTold", "Approved: Request 1"],
  ["REJECT", "decisionTold", "Rejected: Request 1"],
  ["CHANGES_REQUESTED", "changesRequested", "Changes requested: Request 1"],
] as const)(
  "after %s the requester gets %s, with the words of whoever decided, and hears it once",
  async (decision, template, subject) => {
    const id = await decided(decision, "The <invoice> is missing.");
    const { messageId } = await tellRequester(decider, { id });
    const [message] = await ask("SELECT * FROM messages WHERE id = $1", [messageId]);
    expect(message).toMatchObject({
      template,
      subject,
      to_email: email,
      to_person_id: requester.personId,
      scope_id: world.orgs.ca,
    });
    expect(message.text).toContain("> The <invoice> is missing.");
    expect(message.html).toContain("The &lt;invoice&gt; is missing.");
    expect(message.text).toContain(`http://localhost:3000/approvals/${id}`);
    await expect(tellRequester(decider, { id })).rejects.toMatchObject({ code: "message.too_soon" });
  },
);

test("nobody is told of what is still open, of a request without a requester, or after having left", async () => {
  const [open] = (await world.approvals(1, { requesterEmail: email })) as [string];
  await expect(tellRequester(decider, { id: open })).rejects.toMatchObject({ code: "approval.not_open" });
  const [nobodys] = (await world.approvals(1)) as [string];
  await decideApproval(decider, { id: nobodys, decision: "APPROVE" });
  await expect(tellRequester(decider, { id: nobodys })).rejects.toMatchObject({ code: "message.nobody" });
  const id = await decided("APPROVE");
  await admin().pool.query("UPDATE memberships SET status = 'DISABLED' WHERE person_id = $1", [requester.personId]);
  await expect(tellRequester(decider, { id })).rejects.toMatchObject({ code: "message.nobody" });
  await admin().pool.query("UPDATE memberships SET status = 'ACTIVE' WHERE person_id = $1", [requester.personId]);
});

test("where the caller may not read, the answer is that of what is not there", async () => {
  const id = await decided("APPROVE");
  const elsewhere = await world.person("decider", world.orgs.ny);
  await expect(tellRequester(elsewhere, { id })).rejects.toMatchObject({ code: "approval.not_found" });
});
