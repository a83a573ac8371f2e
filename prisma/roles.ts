import { createHmac } from "node:crypto";
import pg from "pg";

type RoleOptions = {
  client: pg.Client;
  adminUrl: string;
  authSecret: string;
  name: string;
  variable: string;
  givenUrl: string | undefined;
};

// Literal, because a role named otherwise would miss the grants of the migrations.
const ATTRIBUTES = "LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOINHERIT";

/** Makes the login role when it is missing and returns an address that is known to work and to bind. */
export async function ensureRole(options: RoleOptions): Promise<string> {
  const { client, name, givenUrl } = options;
  const password = createHmac("sha256", options.authSecret).update(name).digest("hex");
  const url = givenUrl ?? withLogin(options.adminUrl, name, password);
  const { rowCount } = await client.query("SELECT FROM pg_roles WHERE rolname = $1", [name]);
  if (rowCount === 0) {
    const first = givenUrl ? decodeURIComponent(new URL(givenUrl).password) : password;
    await asOwner(options, `CREATE ROLE ${name} ${ATTRIBUTES} PASSWORD ${client.escapeLiteral(first)}`);
  }
  if ((await login(options, url)) === "refused") {
    if (givenUrl) throw new Error(`${options.variable} does not let ${name} in: the server refused the password.`);
    await asOwner(options, `ALTER ROLE ${name} PASSWORD '${password}'`);
    if ((await login(options, url)) === "refused") throw new Error(`The server does not let ${name} in from here.`);
  }
  return url;
}

/** A role that skips row-level security would take the wall between tenants away without a word. */
async function login({ variable }: RoleOptions, url: string): Promise<"welcome" | "refused"> {
  const client = new pg.Client({ connectionString: url });
  try {
    await client.connect();
  } catch (error) {
    if (["28P01", "28000"].includes((error as pg.DatabaseError).code ?? "")) return "refused";
    throw error;
  }
  try {
    const { rows } = await client.query(
      "SELECT rolsuper OR rolbypassrls AS free FROM pg_roles WHERE rolname = current_user",
    );
    if (rows[0].free) throw new Error(`The role of ${variable} must be neither SUPERUSER nor BYPASSRLS.`);
    return "welcome";
  } finally {
    await client.end();
  }
}

async function asOwner({ client, name, variable }: RoleOptions, statement: string): Promise<void> {
  try {
    await client.query(statement);
  } catch (error) {
    if ((error as pg.DatabaseError).code !== "42501") throw error;
    throw new Error(
      `The database owner may not make or change the role ${name}: have it made (${ATTRIBUTES}) and give its address in ${variable}.`,
    );
  }
}

function withLogin(adminUrl: string, user: string, password: string): string {
  const url = new URL(adminUrl);
  url.username = user;
  url.password = password;
  return url.href;
}
