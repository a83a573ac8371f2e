import { parseArgs } from "node:util";
import { explain } from "#server/api/errors.ts";
import { assignRole } from "#server/domain/access/assign-role.ts";
import { createScopes } from "#server/domain/access/create-scopes.ts";
import { provisionTenant } from "#server/domain/access/provision-tenant.ts";
import type { Caller } from "#server/domain/caller.ts";
import { rootScope } from "#server/domain/caller.ts";
import { settleDenials } from "#server/domain/governance/record.ts";
import { foundingCaller, systemCaller } from "#server/domain/identity/find-caller.ts";
import { tenantByCode } from "#server/domain/identity/queries.ts";
import { newToken, tokenHash, uuidv7 } from "#server/domain/ids.ts";
import { blockPerson } from "#server/domain/people/block-person.ts";
import { invitePerson, offerInvitation, welcomeLink } from "#server/domain/people/invite-person.ts";
import { listPeople, personByEmail } from "#server/domain/people/queries.ts";
import { resetFactors } from "#server/domain/people/reset-factors.ts";
import { setMemberStatus } from "#server/domain/people/set-member-status.ts";
import { grantPlatform } from "#server/domain/platform/grant-platform.ts";
import { platformHolders } from "#server/domain/platform/queries.ts";
import { revokePlatform } from "#server/domain/platform/revoke-platform.ts";
import { PLATFORM_PERMISSIONS } from "#server/domain/platform/rules.ts";
import { database } from "#server/platform/db.ts";
import { env } from "#server/platform/env.ts";
import { onShutdown } from "#server/platform/lifetime.ts";

const USAGE = `npm run admin -- COMMAND …

  tenant create CODE --name NAME
  scope create KIND CODE --tenant CODE --name NAME [--parent KIND:CODE]
  admin invite EMAIL --tenant CODE [--name NAME] [--language en|es] [--mail]
  person invite EMAIL --tenant CODE [--name NAME] [--role ROLE] [--scope KIND:CODE] [--language en|es] [--mail]
  person list --tenant CODE [--find TEXT]
  person disable EMAIL [--tenant CODE | --by EMAIL]
  person enable EMAIL [--tenant CODE | --by EMAIL]
  person reset-factors EMAIL [--by EMAIL]
  assign EMAIL ROLE --tenant CODE [--scope KIND:CODE]
  platform grant EMAIL PERMISSION [--by EMAIL]
  platform revoke EMAIL PERMISSION [--by EMAIL]
  platform list

  KIND      ORG (the parent that is left out is the tenant), CYCLE (of an ORG), COMMUNITY (of an ORG), EVENT (of a COMMUNITY)
  ROLE      administrator, decider, confirmer, reader, or a role of the tenant's own
  --scope   where the role is held, as ORG:CA; without it, in the whole tenant
  --mail    sends the link of the invitation; without it, it is printed: pass it on by a way that only its owner reads
  reset-factors   of somebody who has lost app, passkeys and recovery codes, and whom you know: the password alone lets them in then
  --tenant  of disable and enable: there only; without it, the person in every tenant
  --by      the platform administrator who wants it, who has to hold the permission; without it, whoever has this command line

  PERMISSION of the platform: ${PLATFORM_PERMISSIONS.join(", ")}`;

/** What is wrong with the command line, in a sentence. */
class Mistake extends Error {}

const say = (line: string) => process.stderr.write(`${line}\n`);
const print = (line: string) => process.stdout.write(`${line}\n`);

const OPTIONS = {
  tenant: { type: "string" },
  name: { type: "string" },
  role: { type: "string" },
  scope: { type: "string" },
  parent: { type: "string" },
  language: { type: "string" },
  find: { type: "string" },
  by: { type: "string" },
  mail: { type: "boolean" },
  help: { type: "boolean", short: "h" },
} as const;

type Values = ReturnType<typeof parseArgs<{ options: typeof OPTIONS; allowPositionals: true }>>["values"];

function needed(value: string | undefined, name: string): string {
  if (!value) throw new Mistake(`${name} is missing.`);
  return value;
}

async function inTenant(code: string | undefined): Promise<Caller> {
  const id = await tenantByCode(needed(code, "--tenant"));
  if (!id) throw new Mistake(`There is no tenant ${JSON.stringify(code)}.`);
  return systemCaller(id);
}

/** A scope given as KIND:CODE; the tenant itself where none is given. */
function scopeOf(caller: Caller, given: string | undefined): string {
  if (!given) return rootScope(caller);
  const [kind, code] = given.split(":", 2);
  const found = [...caller.access.scopes.values()].find((s) => s.kind === kind?.toUpperCase() && s.code === code);
  if (!found) throw new Mistake(`There is no scope ${JSON.stringify(given)} in this tenant.`);
  return found.id;
}

async function createTenant([code]: string[], { name }: Values): Promise<void> {
  const wanted = needed(code, "CODE");
  if (await tenantByCode(wanted)) throw new Mistake(`There is a tenant ${JSON.stringify(wanted)} already.`);
  const [id, rootId] = [uuidv7(), uuidv7()];
  const founder = foundingCaller(id, rootId, wanted);
  await provisionTenant(founder, { id, rootId, code: wanted, name: needed(name, "--name") });
  say(`The tenant ${wanted} is made. Next: npm run admin -- admin invite EMAIL --tenant ${wanted}`);
}

async function createScope([kind, code]: string[], { tenant, name, parent }: Values): Promise<void> {
  const caller = await inTenant(tenant);
  const items = [{ code: needed(code, "CODE"), name: needed(name, "--name") }];
  const input = { parentId: scopeOf(caller, parent), kind: needed(kind, "KIND").toUpperCase() as "ORG", items };
  const [made] = await createScopes(caller, input);
  say(made?.created ? `${input.kind}:${code} is made.` : `${input.kind}:${code} is there already.`);
}

async function invite([address]: string[], values: Values, usual?: string): Promise<void> {
  const caller = await inTenant(values.tenant);
  const email = needed(address, "EMAIL");
  const role = values.role ?? usual;
  const language = values.language as "en" | undefined;
  const offer = {
    email,
    name: values.name ?? email.split("@", 1)[0] ?? email,
    ...(language ? { language } : {}),
    ...(role ? { role, scopeId: scopeOf(caller, values.scope) } : {}),
  };
  if (values.mail) {
    // What is captured in production is shown to nobody, so the link would be lost.
    if (env.APP_ENV === "production" && !env.SMTP_URL && !env.RESEND_API_KEY)
      throw new Mistake(
        "No mail leaves here: set SMTP_URL or RESEND_API_KEY, or leave out --mail to have the link printed.",
      );
    await invitePerson(caller, offer);
    say(`The invitation to ${email} is on its way.`);
    return;
  }
  const token = newToken();
  const { expiresAt } = await offerInvitation(caller, { ...offer, tokenHash: tokenHash(token) });
  say(`Whoever opens this link is ${email}. It works once, until ${expiresAt.toISOString()}.`);
  print(welcomeLink(token));
}

async function list(_: string[], { tenant, find }: Values): Promise<void> {
  const caller = await inTenant(tenant);
  for (let after: string | null | undefined; after !== null; ) {
    const page = await listPeople(caller, { limit: 200, ...(find ? { q: find } : {}), ...(after ? { after } : {}) });
    for (const { email, name, status, blocked, held, roles } of page.items) {
      const shown = roles.map(
        (r) => `${r.effect === "DENY" ? "not " : ""}${r.role}@${r.kind === "TENANT" ? "*" : `${r.kind}:${r.scope}`}`,
      );
      if (held > shown.length) shown.push(`+${held - shown.length}`);
      print([email, name, blocked ? "BLOCKED" : status, shown.join(" ")].join("\t"));
    }
    after = page.next;
  }
}

async function known(address: string | undefined) {
  const email = needed(address, "EMAIL").trim().toLowerCase();
  const person = await personByEmail(email);
  if (!person) throw new Mistake(`Nobody has the address ${email}.`);
  return { email, person };
}

/** For whom it is done: the operator, or a person. */
async function wanting(by: string | undefined) {
  return by === undefined ? {} : { personId: (await known(by)).person.id, name: by };
}

/** The program in a tenant of somebody, from which the others are reached. Where there is none nothing could be written down. */
async function inOneOf({ email, person }: Awaited<ReturnType<typeof known>>, by: string | undefined): Promise<Caller> {
  const [first] = person.tenants;
  if (!first) throw new Mistake(`${email} belongs to no tenant, and so to no audit: nothing was done.`);
  return systemCaller(first.id, await wanting(by));
}

async function platform([address, wanted]: string[], { by }: Values, gives: boolean): Promise<void> {
  const { email, person } = await known(address);
  const permission = PLATFORM_PERMISSIONS.find((one) => one === wanted);
  if (!permission) throw new Mistake(`PERMISSION is one of ${PLATFORM_PERMISSIONS.join(", ")}.`);
  const tenants = person.tenants.filter(({ left }) => !left);
  if (tenants.length === 0) throw new Mistake(`${email} belongs to no tenant, and so to no audit.`);
  const facts = await wanting(by);
  for (const { id } of tenants)
    await (gives ? grantPlatform : revokePlatform)(await systemCaller(id, facts), { personId: person.id, permission });
  say(`${email} ${gives ? "holds" : "does not hold"} ${permission}${gives ? "" : " any more"}.`);
}

async function listPlatform(): Promise<void> {
  for (const { email, permission } of await platformHolders()) print(`${email}\t${permission}`);
}

async function admit([address]: string[], { tenant, by }: Values, enabled: boolean): Promise<void> {
  const somebody = await known(address);
  const { email, person } = somebody;
  if (tenant) {
    const caller = await inTenant(tenant);
    const { items } = await listPeople(caller, { q: email });
    const member = items.find((m) => m.personId === person.id);
    if (!member) throw new Mistake(`${email} is no member of ${tenant}.`);
    await setMemberStatus(caller, { id: member.id, status: enabled ? "ACTIVE" : "DISABLED" });
  } else {
    await blockPerson(await inOneOf(somebody, by), { personId: person.id, blocked: !enabled });
  }
  say(`${email} is ${enabled ? "enabled" : "disabled, and signed out"}${tenant ? ` in ${tenant}` : ""}.`);
}

async function forgetFactors([address]: string[], { by }: Values): Promise<void> {
  const somebody = await known(address);
  await resetFactors(await inOneOf(somebody, by), { personId: somebody.person.id });
  say(`${somebody.email} signs in with the password alone.`);
}

async function assign([address, role]: string[], { tenant, scope }: Values): Promise<void> {
  const caller = await inTenant(tenant);
  const [email, wanted] = [needed(address, "EMAIL"), needed(role, "ROLE")];
  await assignRole(caller, { email, role: wanted, scopeId: scopeOf(caller, scope), reason: "command line" });
  say(`${email} is ${wanted} in ${scope ?? "the whole tenant"}.`);
}

const COMMANDS: Readonly<Record<string, (rest: string[], values: Values) => Promise<void>>> = {
  "tenant create": createTenant,
  "scope create": createScope,
  "admin invite": (rest, values) => invite(rest, values, "administrator"),
  "person invite": (rest, values) => invite(rest, values),
  "person list": list,
  "person disable": (rest, values) => admit(rest, values, false),
  "person enable": (rest, values) => admit(rest, values, true),
  "platform grant": (rest, values) => platform(rest, values, true),
  "platform revoke": (rest, values) => platform(rest, values, false),
  "platform list": listPlatform,
  "person reset-factors": forgetFactors,
};

async function run(): Promise<void> {
  let parsed: ReturnType<typeof parseArgs<{ options: typeof OPTIONS; allowPositionals: true }>>;
  try {
    parsed = parseArgs({ options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw new Mistake((error as Error).message);
  }
  const { values, positionals } = parsed;
  const [first = "", second = "", ...rest] = positionals;
  if (values.help || first === "help") {
    print(USAGE);
    return;
  }
  if (first === "assign") return assign([second, ...rest], values);
  const command = COMMANDS[`${first} ${second}`];
  if (!command) throw new Mistake(`${`${first} ${second}`.trim() || "Nothing"} is no command.\n\n${USAGE}`);
  await command(rest, values);
}

/** A refusal as a sentence; anything else with its stack. */
function sentenceOf(error: unknown): string {
  if (error instanceof Mistake) return error.message;
  const { unexpected, title, issues } = explain(error);
  if (unexpected) return error instanceof Error ? (error.stack ?? error.message) : String(error);
  return [title, ...issues.map(({ path, message }) => `  ${path}: ${message}`)].join("\n");
}

onShutdown(() => database().close());
const code = await run().then(
  () => 0,
  (error: unknown) => {
    say(sentenceOf(error));
    return 1;
  },
);
await settleDenials();
await database().close();
process.exit(code); // the supervisor's channel would keep the process
