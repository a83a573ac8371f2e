import type { Page } from "@playwright/test";

/** A service client with a role and tokens, made once. */
async function openClient(page: Page): Promise<void> {
  await page.goto("/service-clients");
  const there = page.getByRole("link", { name: "Ledger export" });
  await page.getByRole("list", { name: "Clients" }).waitFor();
  if (await there.isVisible()) {
    await there.click();
    return await page.getByRole("list", { name: "Tokens" }).waitFor();
  }
  await page.getByRole("button", { name: "New client" }).click();
  await page.getByLabel("Name", { exact: true }).fill("Ledger export");
  await page.getByLabel("Code", { exact: true }).fill("ledger-export");
  await page.getByLabel("What it is for").fill("Reads what was approved, each night at two. Ask Mei.");
  await page.getByRole("button", { name: "Create", exact: true }).click();
  await page.waitForURL(/service-clients\/[0-9a-f-]{36}$/);
  await page.getByRole("button", { name: "Grant a role" }).click();
  await page.getByLabel("Role", { exact: true }).selectOption("service");
  await page.getByLabel("Where").fill("California");
  await page.getByRole("option", { name: /California/ }).click();
  await page.getByRole("button", { name: "Grant", exact: true }).click();
  await page.getByText("Program granted").waitFor();
  for (const [name, only] of [
    ["Vault, production", null],
    ["Mei's laptop", "read requests"],
  ] as const) {
    await page.getByRole("button", { name: "Issue a token" }).click();
    await page.getByRole("dialog").getByLabel("Name").fill(name);
    if (only) await page.getByRole("checkbox", { name: only }).check();
    await page.getByRole("button", { name: "Issue", exact: true }).click();
    await page.getByRole("button", { name: "I have kept it" }).click();
  }
  await page.getByRole("button", { name: "Rotate Vault, production" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Rotate" }).click();
  await page.getByRole("button", { name: "I have kept it" }).click();
  await page.getByRole("button", { name: "Revoke Mei's laptop" }).click();
  await page.getByLabel("Reason").fill("The laptop was given back.");
  await page.getByRole("dialog").getByRole("button", { name: "Revoke" }).click();
  await page.getByText(/^Revoked by/).waitFor();
}

/** A role of the tenant's own beside those that every tenant has, held by somebody in two places. */
async function openRoles(page: Page): Promise<void> {
  const send = (path: string, data: unknown) =>
    page.request.post(`/api/trpc/${path}`, { data, headers: { "sec-fetch-site": "same-origin" } });
  await page.goto("/roles");
  await page.getByRole("grid").waitFor();
  if ((await page.getByRole("checkbox", { name: "Auditor: read the audit" }).count()) > 0) return;
  const permissions = ["approvals:read", "policies:read", "messages:read"];
  await send("access.createRole", { code: "auditor", name: "Auditor", permissions });
  const scopes = await (await page.request.get("/api/trpc/scopes.list?input=%7B%7D")).json();
  for (const [code, email] of [
    ["CA", "iris@northwind.test"],
    ["NY", "olu@northwind.test"],
    ["CA", "mei@northwind.test"],
  ] as const) {
    const scopeId = scopes.result.data.items.find((scope: { code: string }) => scope.code === code).id;
    await send("access.assign", { email, role: "auditor", scopeId });
  }
  await page.goto("/roles");
  await page.getByRole("grid").waitFor();
}

/** Opens the link of the newest mail of a template; where none was sent yet, `send` has one sent. */
async function openLink(page: Page, template: string, send: (page: Page) => Promise<void>): Promise<void> {
  const mail = page.getByRole("list", { name: "Messages" }).getByRole("link").first();
  const look = async () => {
    await page.goto(`/messages?template=${template}`);
    await page.getByRole("heading", { level: 1 }).waitFor();
    await page.waitForLoadState("networkidle");
    return mail.isVisible();
  };
  if (!(await look())) await send(page);
  for (let tries = 0; tries < 20; tries++) if (await look()) break;
  await mail.click();
  await page.getByRole("button", { name: "Show one-time link" }).click();
  const link = await page.getByRole("dialog").getByText("?token=").textContent();
  await page.goto(link ?? "");
  await page.getByRole("heading", { level: 1 }).waitFor();
}

async function askReset(page: Page, email: string): Promise<void> {
  await page.goto("/forgot-password");
  await page.waitForLoadState("networkidle");
  await page.getByLabel("E-mail").fill(email);
  await page.getByRole("button", { name: "Send the link" }).click();
  await page.getByRole("status").waitFor();
}

const OTHER_BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0";

/** Ana signs in from a browser that nobody saw before. */
async function signInElsewhere(page: Page): Promise<void> {
  const context = await page.context().browser()?.newContext({ baseURL: page.url(), userAgent: OTHER_BROWSER });
  if (!context) throw new Error("there is no browser");
  const other = await context.newPage();
  await other.goto("/sign-in");
  await other.waitForLoadState("networkidle");
  await other.getByLabel("E-mail").fill("ana@northwind.test");
  await other.getByLabel("Password").fill("ana-signs-first");
  await other.getByRole("button", { name: "Sign in", exact: true }).click();
  await other.waitForURL("**/inbox");
  await context.close();
}

/** How to come to the screens of access, sessions and sign-in, each by its name. */
export const SECURITY_SCREENS: Record<string, (page: Page) => Promise<void>> = {
  "access-may": async (page) => {
    await page.goto("/access?what=approvals:decide");
    await page.getByRole("heading", { name: /You may decide requests/ }).waitFor();
  },
  "access-may-not": async (page) => {
    await page.goto("/people?q=vera");
    await page.getByRole("list", { name: "Members" }).getByRole("link").first().click();
    await page.getByRole("heading", { name: "What they may do" }).waitFor();
    const vera = page.url().split("/").at(-1);
    await page.goto(`/access?what=approvals:decide&person=${vera}`);
    await page.getByRole("heading", { name: /may not decide requests/ }).waitFor();
  },
  "access-who": async (page) => {
    await page.goto("/access?tab=who&what=approvals:decide");
    await page.getByRole("list", { name: "Who may" }).waitFor();
  },
  "access-request": async (page) => {
    await page.goto("/access/request?what=imports:run");
    await page.getByLabel("Role").selectOption("administrator");
    await page.getByLabel("Where").fill("Texas");
    await page.getByRole("option", { name: /Texas/ }).click();
    await page.getByLabel("Why").fill("Covers for Olu until Friday.");
  },
  "service-clients": async (page) => {
    await openClient(page);
    await page.goto("/service-clients");
    await page.getByRole("list", { name: "Clients" }).waitFor();
  },
  "service-client": openClient,
  "service-client-issue": async (page) => {
    await openClient(page);
    await page.getByRole("button", { name: "Issue a token" }).click();
    await page.getByRole("dialog").getByLabel("Name").fill("Vault, staging");
    await page.getByRole("checkbox", { name: "read requests" }).check();
  },
  "service-client-token": async (page) => {
    await openClient(page);
    await page.getByRole("button", { name: "Rotate Vault, production" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Rotate" }).click();
    await page.getByText(/you will not see it again/).waitFor();
  },
  sessions: async (page) => {
    await page.goto("/sessions?show=all");
    await page.getByRole("table", { name: "Sessions" }).getByRole("checkbox").nth(1).check();
  },
  "sessions-end": async (page) => {
    await page.goto("/sessions");
    await page.getByRole("table", { name: "Sessions" }).waitFor();
    await page.getByRole("button", { name: "End all sessions" }).click();
    await page.getByText(/would end/).waitFor();
  },
  "sessions-limits": async (page) => {
    await page.goto("/sessions");
    await page.getByRole("button", { name: "Limits" }).click();
    await page.getByLabel("Hours in all").waitFor();
  },
  devices: async (page) => {
    await page.goto("/profile/sessions");
    await page.getByText("This device").waitFor();
  },
  "profile-security": async (page) => {
    await page.goto("/profile/security");
    await page.waitForLoadState("networkidle");
    await page.getByLabel("Current password").fill("ana-signs-first");
    await page.getByLabel("New password").fill("iloveyou1");
    await page.getByRole("button", { name: "Change password" }).click();
    await page.getByText(/guessed first/).waitFor();
  },
  "profile-authenticator": async (page) => {
    await page.goto("/profile/security");
    await page.waitForLoadState("networkidle");
    await page.getByRole("button", { name: "Set up an app" }).click();
    await page.getByRole("dialog").getByRole("img").waitFor();
  },
  "step-up": async (page) => {
    await page.goto("/profile/security");
    await page.waitForLoadState("networkidle");
    const facts = { proofs: ["password", "totp", "passkey"] };
    const data = { httpStatus: 403, code: "session.step_up_required", facts, issues: [], requestId: "r" };
    const error = { message: data.code, code: -32003, data };
    await page.route("**/api/trpc/factors.beginTotp*", (route) => route.fulfill({ status: 403, json: { error } }));
    await page.getByRole("button", { name: "Set up an app" }).click();
    await page.getByRole("dialog").getByLabel("Code").waitFor();
    await page.unrouteAll();
  },
  "forgot-password": async (page) => {
    await page.goto("/forgot-password");
    await page.getByLabel("E-mail").waitFor();
  },
  "forgot-asked": (page) => askReset(page, "somebody@northwind.test"),
  "reset-password": (page) => openLink(page, "passwordReset", (from) => askReset(from, "vera@northwind.test")),
  "not-me": (page) => openLink(page, "newDevice", signInElsewhere),
  "reset-gone": async (page) => {
    await page.goto("/reset-password?token=none");
    await page.getByRole("heading", { level: 1 }).waitFor();
  },
  "mail-new-device": async (page) => {
    await page.goto("/messages/templates?template=newDevice");
    await page.getByRole("heading", { level: 1 }).waitFor();
  },
  roles: async (page) => {
    await openRoles(page);
    await page.getByRole("checkbox", { name: "Auditor: read the audit" }).focus();
  },
  "roles-changed": async (page) => {
    await openRoles(page);
    await page.getByRole("checkbox", { name: "Auditor: read the audit" }).click();
    await page.getByRole("checkbox", { name: "Auditor: read requests" }).click();
    await page.getByRole("region", { name: "Unsaved changes" }).waitFor();
  },
  "roles-save": async (page) => {
    await openRoles(page);
    await page.getByRole("checkbox", { name: "Auditor: read the audit" }).click();
    await page.getByRole("checkbox", { name: "Auditor: read policies" }).click();
    await page.getByRole("button", { name: "Review and save" }).click();
    await page.getByText(/now\.$/).waitFor();
  },
  "roles-replayed": async (page) => {
    await openRoles(page);
    await page.goto("/inbox?state=PENDING&type=car");
    await page.getByRole("grid").getByRole("link").first().click();
    await page.getByRole("button", { name: "Approve", exact: true }).click();
    await page.getByRole("main").getByText("Approved", { exact: true }).first().waitFor();
    await page.goto("/people?q=ana@");
    await page.getByRole("list", { name: "Members" }).getByRole("link").first().click();
    await page.getByRole("button", { name: /^Take away Administrator/ }).click();
    const turned = page.getByText(/would have been refused/).first();
    await turned.waitFor();
    await turned.scrollIntoViewIfNeeded();
  },
  "roles-unused": async (page) => {
    await page.goto("/roles?tab=unused");
    await page.getByRole("heading", { name: "By person and program" }).waitFor();
  },
  "roles-given": async (page) => {
    await page.goto("/organisations?q=utah");
    await page.getByRole("button", { name: /^Utah/ }).click();
    await page.getByRole("dialog", { name: "Utah" }).getByRole("button", { name: "Grant a role" }).click();
    const dialog = page.getByRole("dialog", { name: "Grant a role" });
    await dialog.getByLabel("To whom").fill("iris");
    await page.getByRole("option", { name: /Iris Moreno/ }).click();
    await dialog.getByLabel("Role", { exact: true }).selectOption("decider");
    await dialog.getByText(/decide requests/).waitFor();
    await dialog.getByText(/decide requests/).scrollIntoViewIfNeeded();
  },
  "role-new": async (page) => {
    await page.goto("/roles");
    await page.getByRole("button", { name: "New role" }).click();
    await page.getByLabel("Name", { exact: true }).fill("Regional auditor");
  },
  governance: async (page) => {
    await page.goto("/governance");
    await page.getByRole("table").getByRole("link").first().waitFor();
  },
  "governance-entry": async (page) => {
    await page.goto("/governance?outcome=ALLOW&operation=access.assign");
    await page.getByRole("table").getByRole("link").first().click();
    await page.getByRole("dialog").getByRole("heading", { name: "Why" }).waitFor();
  },
};
