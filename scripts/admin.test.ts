import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { signIn } from "#server/domain/identity/sign-in.ts";
import { acceptInvitation } from "#server/domain/people/accept-invitation.ts";
import { bindTestDatabase } from "#server/testing/world.ts";
import { SERVER_FLAGS } from "./children.ts";

const PROGRAM = fileURLToPath(new URL("./admin.ts", import.meta.url));
const { urls, admin: owner } = bindTestDatabase();

const admin = (...args: string[]) => adminWith({}, ...args);

async function adminWith(
  more: Record<string, string>,
  ...args: string[]
): Promise<{ code: number; printed: string; said: string }> {
  const { appUrl, workerUrl } = urls();
  const addresses = { DATABASE_APP_URL: appUrl, DATABASE_WORKER_URL: workerUrl };
  const env = { ...process.env, NODE_OPTIONS: "", ...addresses, ...more };
  const child = spawn(process.execPath, [...SERVER_FLAGS, PROGRAM, ...args], {
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const out = { printed: "", said: "" };
  child.stdout.on("data", (chunk) => (out.printed += chunk));
  child.stderr.on("data", (chunk) => (out.said += chunk));
  const [code] = await once(child, "close");
  return { code, ...out };
}

const place = { address: "10.0.0.1", userAgent: "x", requestId: "r", idleMinutes: 120, absoluteHours: 24 };

describe("npm run admin", () => {
  test("sets up an installation: a tenant, its first administrator by a link, an organisation, a role there", async () => {
    expect(await admin("tenant", "create", "acme", "--name", "Acme")).toMatchObject({ code: 0 });
    const invited = await admin("admin", "invite", "Ada@acme.test", "--tenant", "acme", "--name", "Ada");
    const token = /^http:\/\/localhost:3000\/welcome\?token=([\w-]{43})\n$/.exec(invited.printed)?.[1] as string;
    expect(invited.said).not.toContain(token);
    await acceptInvitation({ ...place, token, name: undefined, password: "long enough now", before: null });
    expect(await signIn({ ...place, email: "ada@acme.test", password: "long enough now" })).toMatchObject({ ok: true });

    expect(await admin("scope", "create", "org", "HQ", "--tenant", "acme", "--name", "Head office")).toMatchObject({
      code: 0,
    });
    expect(await admin("assign", "ada@acme.test", "decider", "--tenant", "acme", "--scope", "ORG:HQ")).toMatchObject({
      code: 0,
    });
    const { printed } = await admin("person", "list", "--tenant", "acme");
    expect(printed).toBe("ada@acme.test\tAda\tACTIVE\tadministrator@* decider@ORG:HQ\n");
  });

  test("gives a person a part of the installation, in whose name people are blocked; in no other name", async () => {
    const grant = (...args: string[]) => admin("platform", "grant", "ada@acme.test", ...args);
    expect(await grant("approvals:read")).toMatchObject({ code: 1 });
    const offered = await admin("person", "invite", "kim@acme.test", "--tenant", "acme", "--name", "Kim");
    const token = /token=([\w-]{43})/.exec(offered.printed)?.[1] as string;
    await acceptInvitation({ ...place, token, name: undefined, password: "long enough now", before: null });
    const disable = () => admin("person", "disable", "kim@acme.test", "--by", "ada@acme.test");
    expect(await disable()).toMatchObject({ code: 1, said: expect.stringContaining("do not administer") });
    expect(await grant("platform:people")).toMatchObject({ code: 0 });
    expect((await admin("platform", "list")).printed).toBe("ada@acme.test\tplatform:people\n");
    expect(await disable()).toMatchObject({ code: 0 });
    expect(await admin("platform", "revoke", "ada@acme.test", "platform:people")).toMatchObject({ code: 0 });
    expect(await disable()).toMatchObject({ code: 1 });
    expect((await admin("platform", "list")).printed).toBe("");
    const { rows } = await owner().pool.query(
      "SELECT outcome, count(*)::int AS n FROM governance_log WHERE operation = 'people.block' GROUP BY 1 ORDER BY 1",
    );
    expect(rows).toEqual([
      { outcome: "ALLOW", n: 1 },
      { outcome: "DENY", n: 2 },
    ]);
    await owner().pool.query("UPDATE people SET disabled_at = NULL");
  });

  test("sends the first link by mail instead, sealed until it leaves; in production only where mail leaves at all", async () => {
    expect(await admin("tenant", "create", "mailed", "--name", "Mailed")).toMatchObject({ code: 0 });
    const invite = ["admin", "invite", "eve@mailed.test", "--tenant", "mailed", "--language", "es", "--mail"];
    const queued = () =>
      owner().pool.query(
        "SELECT language, status, html || text AS body FROM messages WHERE to_email = 'eve@mailed.test'",
      );
    const nowhere = await adminWith({ APP_ENV: "production" }, ...invite);
    expect(nowhere).toMatchObject({ code: 1, printed: "" });
    expect(nowhere.said).toContain("leave out --mail");
    expect((await queued()).rows).toEqual([]);
    expect(await adminWith({ APP_ENV: "production", SMTP_URL: "smtp://127.0.0.1:1" }, ...invite)).toMatchObject({
      code: 0,
      printed: "",
    });
    const { rows } = await queued();
    expect(rows).toMatchObject([{ language: "es", status: "QUEUED" }]);
    expect(rows[0].body).not.toMatch(/token=[\w-]{43}/);
  });

  test("stops an account for good, though it is the last administrator's, and says so in the audit", async () => {
    await owner().pool.query(
      "INSERT INTO totp_factors (person_id, sealed_secret, confirmed_at) SELECT id, '', now() FROM people WHERE email = 'ada@acme.test'",
    );
    expect(await signIn({ ...place, email: "ada@acme.test", password: "long enough now" })).toMatchObject({
      next: { factors: ["totp"] },
    });
    expect(await admin("person", "reset-factors", "Ada@acme.test")).toMatchObject({ code: 0 });
    expect(await signIn({ ...place, email: "ada@acme.test", password: "long enough now" })).toMatchObject({ ok: true });

    const last = await admin("person", "disable", "ada@acme.test", "--tenant", "acme");
    expect(last).toMatchObject({ code: 1, said: "Nobody else administers access in the whole tenant.\n" });
    expect(await admin("person", "disable", "ada@acme.test")).toMatchObject({ code: 0 });
    expect(await signIn({ ...place, email: "ada@acme.test", password: "long enough now" })).toMatchObject({
      ok: false,
    });
    const logged = await owner().pool.query("SELECT DISTINCT action FROM audit_logs WHERE action LIKE 'person.%'");
    expect(logged.rows).toEqual([{ action: "person.blocked" }]);
  });

  test("says in a sentence what is wrong, and fails", async () => {
    const wrong: [string[], string][] = [
      [["tenant", "create"], "CODE is missing."],
      [["tenant", "create", "Not A Code", "--name", "X"], "code:"],
      [["person", "list", "--tenant", "nowhere"], 'There is no tenant "nowhere".'],
      [["assign", "--wrong"], "Unknown option '--wrong'"],
      [["dance"], "dance is no command."],
    ];
    const answers = await Promise.all(wrong.map(([args]) => admin(...args)));
    for (const [i, { code, said, printed }] of answers.entries()) {
      expect([code, printed]).toEqual([1, ""]);
      expect(said).toContain(wrong[i]?.[1]);
      expect(said).not.toContain("    at ");
    }
  });

  test("explains itself", async () => {
    expect((await admin("--help")).printed).toContain("admin invite EMAIL --tenant CODE");
  });
});
