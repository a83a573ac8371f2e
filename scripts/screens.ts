import type { Page } from "@playwright/test";
import { SECURITY_SCREENS } from "./security-screens.ts";

/** The screens that are looked at, as steps in a stack with the demo; each may begin anywhere in it. */

const rows = (page: Page) => page.locator("tbody tr[data-id]");

/** Something to show on the pages of bulk operations: all requests of one type, approved together. */
async function runBulk(page: Page): Promise<void> {
  await page.goto("/inbox?type=renewable_energy,house,vacation");
  await rows(page).first().waitFor();
  await page.getByRole("columnheader").getByRole("checkbox").check();
  await page.getByRole("button", { name: /Select all/ }).click();
  await page.getByRole("button", { name: "Approve", exact: true }).click();
  await page.getByLabel(/Reason/).fill("Within the limits of the autumn programme.");
  await page
    .getByRole("dialog")
    .getByRole("button", { name: /^Approve/ })
    .click();
  await page.waitForURL("**/bulks/**");
  await page.getByText("Done", { exact: true }).waitFor();
}

async function openRequest(page: Page, title: string): Promise<void> {
  await page.goto(`/inbox?state=ALL&q=${encodeURIComponent(title)}`);
  await rows(page).first().getByRole("link").click();
  await page.waitForURL("**/approvals/**");
  await page.getByRole("heading", { level: 1 }).waitFor();
}

/** A request that waits for its changes, once. */
async function sendBack(page: Page, title: string): Promise<void> {
  await openRequest(page, title);
  const ask = page.getByRole("button", { name: "Request changes" });
  if (!(await ask.isEnabled())) return;
  await page.getByLabel("Reason", { exact: true }).fill("One night is enough, and the hotel's offer is missing.");
  await ask.click();
  await page.getByText("Changes requested", { exact: true }).first().waitFor();
}

/** The same with its changes made, and talked about. */
async function resubmit(page: Page, title: string): Promise<void> {
  await sendBack(page, title);
  const revise = page.getByRole("link", { name: "Revise and resubmit" });
  if (!(await revise.isVisible())) return;
  await revise.click();
  await page.getByLabel("Title", { exact: true }).fill("Dallas, underwriting workshop, one night");
  await page.getByLabel(/^Amount/).fill("945.50");
  await page.getByLabel("Nights").fill("1");
  await page.getByRole("button", { name: "Add a link" }).click();
  await page.getByLabel(/^Title optional/).fill("Offer of the hotel");
  await page.getByLabel("Address").fill("https://files.example.com/offers/2026/dallas.pdf");
  await page.getByRole("button", { name: "Review changes" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Resubmit" }).click();
  await page.getByRole("heading", { level: 2, name: "Changes" }).waitFor();
  await page.getByLabel("Comment").fill("The workshop ends at noon, so one night will do.");
  await page.getByRole("button", { name: "Comment", exact: true }).click();
  await page.getByRole("complementary").getByText("one night will do").waitFor();
}

const TITLES = [
  "Two nights in Oslo, supplier audit",
  "Replacement of the badge printer",
  "Notary fees for the branch lease",
  "Train to Sacramento and back",
  "Licences for the planning tool, second half of the year",
  "Catering, open day",
];
const CSV = [
  "Office;Type;Subject;Notes;Urgency;Amount;Requested by;Deadline;Cost centre;Headcount",
  ...Array.from({ length: 32 }, (_, i) => {
    const office = ["CA", "NY", "TX", "ZZ"][i % 9 === 5 ? 3 : i % 3];
    const amount = i % 11 === 7 ? "1.005" : `${(i + 3) * 137}.${10 + i}`;
    const due = `2027-0${1 + (i % 9)}-1${i % 10}`;
    const urgency = ["Low", "Normal", "High", "Urgent"][i % 4];
    return `${office};${["travel", "equipment", "expense"][i % 3]};${TITLES[i % 6]}, part ${i + 1};;${urgency};${amount};mei@northwind.test;${due};${4000 + i};${i + 1}`;
  }),
].join("\n");

/** The import of a file that stands there already, or of one that is uploaded now. */
async function openImport(page: Page, state: "Columns open" | "Waits for you" | "Submitted"): Promise<void> {
  await page.goto("/imports");
  await page.getByRole("link", { name: "New import" }).first().waitFor();
  const row = page.getByRole("listitem").filter({ hasText: "requests-november.csv" }).filter({ hasText: state });
  if (await row.first().isVisible()) return await row.first().getByRole("link").click();
  await page.goto("/imports/new");
  await page.waitForLoadState("networkidle");
  const file = { name: "requests-november.csv", mimeType: "text/csv", buffer: Buffer.from(CSV) };
  await page.locator("input[type=file]").setInputFiles(file);
  await page.getByRole("button", { name: "Check all rows" }).waitFor();
  if (state === "Columns open") return;
  await page.getByRole("button", { name: "Check all rows" }).click();
  const submit = page.getByRole("button", { name: /submit \d+ requests/i });
  await submit.waitFor();
  if (state === "Submitted") await submit.click();
}

/** Every screen, and what to do to have it shown. */
export const SCREENS: Record<string, (page: Page) => Promise<void>> = {
  ...SECURITY_SCREENS,
  inbox: async (page) => {
    await page.goto("/inbox");
    await rows(page).first().waitFor();
  },
  "inbox-news": async (page) => {
    await page.goto("/inbox");
    await rows(page).nth(2).waitFor();
    await page.waitForLoadState("networkidle");
    const id = await rows(page).nth(2).getAttribute("data-id");
    await page.request.post("/api/trpc/approvals.decide", {
      data: { id, decision: "REJECT", comment: "The invoice is missing." },
      headers: { "sec-fetch-site": "same-origin" },
    });
    await page.getByText("Changed", { exact: true }).first().waitFor();
  },
  "inbox-selected": async (page) => {
    await page.goto("/inbox");
    await rows(page).first().waitFor();
    for (const index of [1, 2, 4]) await rows(page).nth(index).getByRole("checkbox").check();
  },
  "inbox-confirm": async (page) => {
    await page.goto("/inbox?q=manager");
    await rows(page).first().waitFor();
    await page.getByRole("columnheader").getByRole("checkbox").check();
    await page.getByRole("button", { name: /Select all/ }).click();
    await page.getByRole("button", { name: "Reject", exact: true }).click();
    await page.getByText(/frozen for this decision/).waitFor();
  },
  "inbox-filter": async (page) => {
    await page.goto("/inbox?priority=HIGH,URGENT");
    await rows(page).first().waitFor();
    const filters = page.getByRole("button", { name: /filters?$/i, expanded: false });
    if (await filters.isVisible()) await filters.click();
    await page.getByRole("button", { name: /^Type/ }).click();
    await page.getByRole("listitem").first().waitFor();
  },
  "inbox-quick": async (page) => {
    await page.goto("/inbox");
    await rows(page).nth(3).focus();
    await page.keyboard.press("r");
    await page.getByLabel("Reason").waitFor();
  },
  "inbox-empty": async (page) => {
    await page.goto("/inbox?q=zzzz&priority=LOW");
    await page.getByText(/Nothing matches/).waitFor();
  },
  approval: async (page) => {
    await page.goto("/inbox?state=ALL&q=manager");
    await rows(page).nth(3).getByRole("link").click();
    await page.waitForURL("**/approvals/**");
    await page.getByRole("heading", { level: 1 }).waitFor();
  },
  bulks: async (page) => {
    await page.goto("/bulks");
    await page.getByRole("heading", { level: 1 }).waitFor();
  },
  bulk: async (page) => {
    await page.goto("/bulks");
    const first = page.getByRole("main").getByRole("listitem").getByRole("link").first();
    if (await first.isVisible()) await first.click();
    else await runBulk(page);
    await page.getByRole("progressbar").waitFor();
  },
  "bulk-refused": async (page) => {
    await page.goto("/bulks");
    await page.getByRole("main").getByRole("listitem").getByRole("link").first().click();
    await page.getByRole("button", { name: /^Refused/ }).click();
    await page.getByRole("progressbar").waitFor();
  },
  "import-new": async (page) => {
    await page.goto("/imports/new");
    await page.getByText("Choose a file").waitFor();
  },
  "import-columns": async (page) => {
    await openImport(page, "Columns open");
    await page.getByText(/as they would be submitted/).waitFor();
  },
  "import-values": async (page) => {
    await openImport(page, "Columns open");
    await page.getByRole("button", { name: "Values and blanks of Priority" }).click();
    await page.getByText("Each value becomes").filter({ visible: true }).waitFor();
    await page.getByText("Each value becomes").filter({ visible: true }).scrollIntoViewIfNeeded();
  },
  "import-checked": async (page) => {
    await openImport(page, "Waits for you");
    await page.getByRole("table", { name: "Bad rows" }).waitFor();
  },
  "import-result": async (page) => {
    await openImport(page, "Submitted");
    await page.getByRole("link", { name: "Show in the inbox" }).waitFor();
  },
  imports: async (page) => {
    await page.goto("/imports");
    await page.getByRole("link", { name: "New import" }).first().waitFor();
  },
  audit: async (page) => {
    await page.goto("/audit");
    await page.getByRole("table").waitFor();
  },
  "audit-entry": async (page) => {
    await page.goto("/audit?type=approval");
    await page.getByRole("table").getByRole("link").first().click();
    await page.getByRole("dialog").getByRole("definition").first().waitFor();
  },
  policies: async (page) => {
    await page.goto("/policies");
    await page.getByRole("link", { name: "Small business" }).waitFor();
  },
  policy: async (page) => {
    await page.goto("/policies/edit?type=small_business");
    await page.getByLabel("Needed only when").first().fill("hasAmount && amount > 500000");
    await page.getByLabel("Needed only when").last().fill("amount >= 3000000 || payload.collateral == true");
    await page.getByLabel("Needed only when").first().fill("");
    await page.getByText(/condition without an answer/).waitFor();
  },
  "policy-save": async (page) => {
    await page.goto("/policies/edit?type=small_business");
    await page.getByLabel("Needed only when").last().fill("amount >= 3000000");
    await page.getByLabel("Due after (hours)").fill("48");
    await page.getByRole("button", { name: "Review and save" }).click();
    await page.getByRole("dialog").waitFor();
  },
  "policy-flaw": async (page) => {
    await page.goto("/policies/edit");
    await page.getByLabel("Type of request").fill("travel");
    await page.getByLabel("Needed only when").fill('payload.country.matches("N.*")');
    await page.getByText(/no such function/).waitFor();
  },
  "policy-fields": async (page) => {
    await page.goto("/policies/edit?type=expense");
    await page.getByRole("button", { name: "Add a field" }).click();
    await page.getByLabel("Label").last().fill("Order number");
    await page.getByLabel("Name", { exact: true }).last().fill("category");
    await page.getByRole("heading", { name: "Fields of a request" }).scrollIntoViewIfNeeded();
  },
  "policy-json": async (page) => {
    await page.goto("/policies/edit?type=car");
    await page.getByRole("button", { name: "As JSON" }).click();
    const json = page.getByLabel("JSON Schema");
    await json.fill((await json.inputValue()).replace('"maximum": 120', '"multipleOf": 6'));
    await page.getByText("Keywords that may be used").click();
    await page.getByText(/multipleOf is not among/).scrollIntoViewIfNeeded();
  },
  "request-new": async (page) => {
    await page.goto("/approvals/new");
    await page.getByLabel("Type", { exact: true }).waitFor();
  },
  "request-filled": async (page) => {
    await page.goto("/approvals/new?type=travel&org=CA");
    await page.getByLabel("Title", { exact: true }).fill("Lisbon, servicing conference");
    await page.getByLabel(/^Amount/).fill("2480");
    await page.getByLabel("Where to").fill("Lisbon");
    await page.getByLabel("Nights").fill("5");
    await page.getByRole("checkbox", { name: "Plane" }).check();
    await page.getByRole("button", { name: "Add a link" }).click();
    await page.getByLabel("Address").fill("https://www.example.org/conference/2026");
    await page.getByText("1 decision").nth(1).waitFor();
  },
  "request-wrong": async (page) => {
    await page.goto("/approvals/new?type=expense");
    await page.getByLabel(/^Amount/).fill("12,50 €");
    await page.getByLabel("Cost centre").fill("41");
    await page.getByRole("button", { name: "Submit" }).click();
    await page.getByText(/need another look/).waitFor();
  },
  "request-revise": async (page) => {
    await sendBack(page, "Miami, visit");
    await page.getByRole("link", { name: "Revise and resubmit" }).click();
    await page.getByLabel("Title", { exact: true }).waitFor();
  },
  "request-review": async (page) => {
    await sendBack(page, "Miami, visit");
    await page.getByRole("link", { name: "Revise and resubmit" }).click();
    await page.getByLabel("Title", { exact: true }).fill("Miami, a day with the collections partner");
    await page.getByLabel("Nights").fill("0");
    await page.getByRole("checkbox", { name: "Train" }).check();
    await page.getByRole("button", { name: "Review changes" }).click();
    await page.getByRole("dialog").waitFor();
  },
  "approval-revised": async (page) => {
    await resubmit(page, "Dallas, underwriting");
    await openRequest(page, "Dallas, underwriting");
  },
  "approval-conditional": async (page) => {
    await page.goto("/inbox?type=small_business&sort=amount");
    await rows(page).first().getByRole("link").click();
    await page.waitForURL("**/approvals/**");
    await page.getByRole("heading", { level: 1 }).waitFor();
  },
  outbox: async (page) => {
    await page.goto("/outbox");
    await page.getByRole("table").waitFor();
  },
  "outbox-all": async (page) => {
    await page.goto("/outbox?show=all");
    await page.getByRole("list", { name: "Deliveries" }).waitFor();
  },
  "outbox-event": async (page) => {
    await page.goto("/outbox?show=all");
    await page.getByRole("list", { name: "Deliveries" }).getByRole("link").first().click();
    await page.getByRole("list", { name: "Steps in time order" }).waitFor();
  },
  "outbox-trace": async (page) => {
    await page.goto("/messages");
    await page.getByRole("list", { name: "Messages" }).getByRole("link").first().click();
    await page.getByRole("link", { name: "Trace of the whole chain" }).click();
    await page.waitForURL("**/outbox/trace**");
    await page.getByRole("list", { name: "Steps in time order" }).waitFor();
  },
  people: async (page) => {
    await page.goto("/people");
    await page.getByRole("list", { name: "Members" }).waitFor();
  },
  "people-invitations": async (page) => {
    await page.goto("/people");
    await page.getByRole("button", { name: /^Invitations/ }).click();
    await page
      .getByText(/No invitation is open|Send again/)
      .first()
      .waitFor();
    for (const [name, email] of [
      ["Nora Blix", "nora.blix@northwind.test"],
      ["Teo Anaya", "teo.anaya@northwind.test"],
    ] as const) {
      if (await page.getByText(email).isVisible()) continue;
      await page.getByRole("button", { name: "Invite a person" }).click();
      await page.getByLabel("E-mail").fill(email);
      await page.getByLabel("Name", { exact: true }).fill(name);
      await page.getByRole("button", { name: "Send the invitation" }).click();
      await page.getByText(email).first().waitFor();
    }
  },
  "people-invite": async (page) => {
    await page.goto("/people");
    await page.getByRole("button", { name: "Invite a person" }).click();
    await page.getByLabel("Role").selectOption("decider");
    await page.getByLabel("Where").fill("new");
    await page.getByRole("option").first().waitFor();
  },
  person: async (page) => {
    await page.goto("/people?q=iris");
    await page.getByRole("list", { name: "Members" }).getByRole("link").first().click();
    await page.getByRole("heading", { name: "Roles" }).waitFor();
  },
  "person-grant": async (page) => {
    await page.goto("/people?q=iris");
    await page.getByRole("list", { name: "Members" }).getByRole("link").first().click();
    await page.getByRole("button", { name: "Grant a role" }).click();
    await page.getByLabel("Role", { exact: true }).selectOption("confirmer");
  },
  "person-disable": async (page) => {
    await page.goto("/people?q=ana@");
    await page.getByRole("list", { name: "Members" }).getByRole("link").first().click();
    await page.getByRole("button", { name: "Disable" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Disable" }).click();
    await page.getByRole("alert").waitFor();
  },
  organisations: async (page) => {
    await page.goto("/organisations");
    await page.getByRole("button", { name: /California/ }).waitFor();
  },
  organisation: async (page) => {
    await page.goto("/organisations?q=new");
    await page.getByRole("button", { name: /New York/ }).click();
    await page.getByText(/pending/).waitFor();
  },
  sections: async (page) => {
    await page.goto("/inbox");
    await rows(page).first().waitFor();
    const more = page.getByRole("button", { name: "More", exact: true });
    if (!(await more.isVisible())) return;
    await more.click();
    await page.getByRole("dialog").waitFor();
  },
  "api-reference": async (page) => {
    await page.goto("/api-reference");
    await page.getByRole("heading", { level: 1 }).waitFor();
  },
  "api-operation": async (page) => {
    await page.goto("/api-reference#post_approvals_id_decision");
    await page.getByRole("heading", { level: 1 }).waitFor();
  },
  "inbox-search": async (page) => {
    await page.goto("/inbox?q=acountant");
    await page.locator("tbody mark").first().waitFor();
    const filters = page.getByRole("button", { name: /filters?$/i, expanded: false });
    if (await filters.isVisible()) await filters.click();
    await page.getByRole("button", { name: /^Requester/ }).click();
    await page.getByRole("listitem").first().waitFor();
  },
  "people-search": async (page) => {
    await page.goto("/people?q=tanka");
    await page.locator("mark").first().waitFor();
    await page.getByRole("button", { name: /^Status/ }).click();
    await page.getByRole("listitem").filter({ hasText: /\d$/ }).first().waitFor();
  },
  "messages-search": async (page) => {
    await page.goto("/messages?q=nora");
    await page.locator("mark").first().waitFor();
  },
  "audit-search": async (page) => {
    await page.goto("/audit?q=ferreira");
    await page.locator("mark").first().waitFor();
    await page.getByRole("button", { name: /^Action/ }).click();
    await page.getByRole("listitem").filter({ hasText: /\d$/ }).first().waitFor();
  },
  "palette-search": async (page) => {
    await page.goto("/inbox");
    await rows(page).first().waitFor();
    await page.keyboard.press("ControlOrMeta+k");
    await page.keyboard.type("tanka");
    await page.locator("mark").first().waitFor();
  },
  palette: async (page) => {
    await page.goto("/inbox");
    await rows(page).first().waitFor();
    await page.keyboard.press("ControlOrMeta+k");
    await page.getByRole("combobox").waitFor();
  },
  help: async (page) => {
    await page.goto("/inbox");
    await rows(page).first().focus();
    await page.keyboard.press("?");
    await page.getByRole("dialog").waitFor();
  },
  "not-found": async (page) => {
    await page.goto("/approvals/00000000-0000-7000-8000-000000000000");
  },
};
