import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fillTenant } from "#server/testing/filled.ts";
import type { World } from "#server/testing/world.ts";
import { bindTestDatabase } from "#server/testing/world.ts";

const { admin, urls } = bindTestDatabase();

/** The closed list: everything else belongs to a tenant. A person is one in all of theirs, and so is what they prove it with. */
const WITHOUT_TENANT = [
  "_prisma_migrations",
  "credentials",
  "identity_challenges",
  "known_devices",
  "outbox_cursor",
  "passkeys",
  "people",
  "people_history",
  "platform_assignments",
  "rate_windows",
  "recovery_codes",
  "reset_requests",
  "role_catalogue",
  "sign_in_attempts",
  "tenants",
  "totp_factors",
];

let mine: World;
let theirs: World;
let app: pg.Pool;
let worker: pg.Pool;

beforeAll(async () => {
  app = new pg.Pool({ connectionString: urls().appUrl });
  worker = new pg.Pool({ connectionString: urls().workerUrl });
  [mine, theirs] = [await fillTenant(admin(), worker), await fillTenant(admin(), worker)];
});
afterAll(() => Promise.all([app.end(), worker.end()]));

const ask = async (text: string, values: unknown[] = []) => (await admin().pool.query(text, values)).rows;
const column = async (text: string, values: unknown[] = []): Promise<string[]> =>
  (await admin().pool.query({ text, values, rowMode: "array" })).rows.map((r) => r[0]);

/** One statement as a role, with these settings, rolled back: its rows, or the SQLSTATE that refused it. */
async function as(pool: pg.Pool, settings: Record<string, string>, text: string, values: unknown[] = []) {
  const client = await pool.connect();
  try {
    await client.query("BEGIN");
    for (const [name, value] of Object.entries(settings))
      await client.query("SELECT set_config($1, $2, true)", [name, value]);
    const { rowCount, rows } = await client.query(text, values);
    return { rowCount, rows };
  } catch (error) {
    return (error as pg.DatabaseError).code;
  } finally {
    await client.query("ROLLBACK");
    client.release();
  }
}
const asMe = (text: string, values: unknown[] = []) => as(app, { "app.tenant_id": mine.tenantId }, text, values);

const REFUSED = "42501"; // insufficient_privilege: no grant, or a row that the wall does not let in

const tables = () =>
  column(`SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id'
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition ORDER BY 1`);

describe("R12 with the application's own filter removed", () => {
  test("no table of a tenant shows, changes, removes, takes or lets go a row of another tenant", async () => {
    const seen: Record<string, unknown> = {};
    const expected: Record<string, unknown> = {};
    for (const table of await tables()) {
      const [{ n }] = (await ask(`SELECT count(*)::int AS n FROM ${table} WHERE tenant_id = $1`, [mine.tenantId])) as [
        { n: number },
      ];
      const [foreign] = await ask(`SELECT to_jsonb(t) AS row FROM ${table} t WHERE tenant_id = $1 LIMIT 1`, [
        theirs.tenantId,
      ]);
      if (n === 0 || !foreign) throw new Error(`${table} has no row to test with: fill() must make one`);
      const columns = (
        await column(
          "SELECT column_name FROM information_schema.columns WHERE table_name = $1 AND is_generated = 'NEVER' ORDER BY ordinal_position",
          [table],
        )
      ).join(", ");
      const all = await asMe(`SELECT tenant_id FROM ${table}`);
      const writes = async (text: string, values: unknown[] = []) => {
        const result = await asMe(text, values);
        return typeof result === "object" ? result.rowCount : result;
      };
      seen[table] = {
        mine: typeof all === "object" && all.rows.filter((r) => r.tenant_id === mine.tenantId).length,
        foreign: typeof all === "object" && all.rows.filter((r) => r.tenant_id !== mine.tenantId).length,
        changed: [0, REFUSED].includes(
          (await writes(`UPDATE ${table} SET tenant_id = tenant_id WHERE tenant_id = $1`, [theirs.tenantId])) ?? -1,
        ),
        removed: [0, REFUSED].includes(
          (await writes(`DELETE FROM ${table} WHERE tenant_id = $1`, [theirs.tenantId])) ?? -1,
        ),
        taken: await writes(
          `INSERT INTO ${table} (${columns}) SELECT ${columns} FROM jsonb_populate_record(NULL::${table}, $1)`,
          [foreign.row],
        ),
        letGo: await writes(`UPDATE ${table} SET tenant_id = $1`, [theirs.tenantId]),
      };
      expected[table] = { mine: n, foreign: 0, changed: true, removed: true, taken: REFUSED, letGo: REFUSED };
    }
    expect(seen).toEqual(expected);
  });

  test.each<Record<string, string>>([{}, { "app.tenant_id": "" }])(
    "without a tenant nothing shows at all: %o",
    async (settings) => {
      for (const table of await tables())
        expect([table, await as(app, settings, `SELECT FROM ${table}`)]).toMatchObject([table, { rowCount: 0 }]);
    },
  );

  test("a session or a service token shows by its own hash or family only, a membership by its own person only, and they can do nothing with it", async () => {
    const [session] = await ask("SELECT * FROM user_sessions WHERE tenant_id = $1", [theirs.tenantId]);
    const token = { "app.tenant_id": mine.tenantId, "app.token_hash": session.token_hash };
    const sessions = "SELECT id FROM user_sessions WHERE tenant_id <> $1";
    expect(await as(app, token, sessions, [mine.tenantId])).toMatchObject({ rows: [{ id: session.id }] });
    const person = { "app.tenant_id": mine.tenantId, "app.person_id": session.person_id };
    const memberships = await as(app, person, "SELECT person_id FROM memberships WHERE tenant_id <> $1", [
      mine.tenantId,
    ]);
    expect(memberships).toMatchObject({ rows: [{ person_id: session.person_id }] });
    const [mark] = await ask("SELECT id, token_hash FROM service_tokens WHERE tenant_id = $1", [theirs.tenantId]);
    const marked = { "app.tenant_id": mine.tenantId, "app.token_hash": mark.token_hash };
    const foreign = await as(app, marked, "SELECT id FROM service_tokens WHERE tenant_id <> $1", [mine.tenantId]);
    expect(foreign).toMatchObject({ rows: [{ id: mark.id }] });
    const touch = "UPDATE service_tokens SET last_used_address = 'x' WHERE token_hash = $1";
    expect(await as(app, marked, touch, [mark.token_hash])).toMatchObject({ rowCount: 0 });
    const [link] = await ask("SELECT * FROM account_links WHERE tenant_id = $1", [theirs.tenantId]);
    const mailed = { "app.tenant_id": mine.tenantId, "app.token_hash": link.token_hash };
    const links = "SELECT id FROM account_links WHERE tenant_id <> $1";
    expect(await as(app, mailed, links, [mine.tenantId])).toMatchObject({ rows: [{ id: link.id }] });
    const use = "UPDATE account_links SET status = 'USED', ended_at = now() WHERE token_hash = $1";
    expect(await as(app, mailed, use, [link.token_hash])).toMatchObject({ rowCount: 0 });
    const [next] = await ask("UPDATE user_sessions SET family_id = id WHERE id = $1 RETURNING id, family_id", [
      session.id,
    ]);
    const replaced = { "app.tenant_id": mine.tenantId, "app.session_family": next.family_id };
    expect(await as(app, replaced, sessions, [mine.tenantId])).toMatchObject({ rows: [{ id: next.id }] });
    const end = "UPDATE user_sessions SET status = 'REVOKED', ended_at = now() WHERE family_id = $1";
    expect(await as(app, replaced, end, [next.family_id])).toMatchObject({ rowCount: 0 });
    const [before] = await ask("SELECT * FROM replaced_tokens WHERE tenant_id = $1", [theirs.tenantId]);
    const old = { "app.tenant_id": mine.tenantId, "app.token_hash": before.token_hash };
    const replacements = "SELECT session_id FROM replaced_tokens WHERE tenant_id <> $1";
    expect(await as(app, old, replacements, [mine.tenantId])).toMatchObject({
      rows: [{ session_id: before.session_id }],
    });
    const steal = "UPDATE user_sessions SET absolute_expires_at = 'infinity' WHERE token_hash = $1";
    expect(await as(app, token, steal, [session.token_hash])).toMatchObject({ rowCount: 0 });
  });

  test("the worker's own role reads events of every tenant, writes their deliveries, and nothing else", async () => {
    expect(await as(worker, {}, "DELETE FROM outbox_deliveries")).toMatchObject({ rowCount: expect.any(Number) });
    expect(await as(worker, {}, "UPDATE outbox_cursor SET xid = '0'")).toMatchObject({ rowCount: 1 });
    for (const table of (await tables()).filter((name) => name !== "outbox_deliveries")) {
      const read = await as(worker, {}, `SELECT DISTINCT tenant_id FROM ${table}`);
      if (table === "outbox_events") expect(read).toMatchObject({ rowCount: 2 });
      else expect([table, read]).toEqual([table, REFUSED]);
      expect(await as(worker, {}, `DELETE FROM ${table}`)).toBe(REFUSED);
      expect(await as(worker, {}, `UPDATE ${table} SET tenant_id = tenant_id`)).toBe(REFUSED);
    }
    for (const table of WITHOUT_TENANT.filter((t) => t !== "tenants" && t !== "outbox_cursor"))
      expect(await as(worker, {}, `SELECT FROM ${table}`)).toBe(REFUSED);
  });
});

describe("the wall itself", () => {
  test("the tables without a tenant are a closed list", async () => {
    const without =
      await column(`SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
      AND NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'tenant_id') ORDER BY 1`);
    expect(without).toEqual(WITHOUT_TENANT);
  });

  test("row-level security is forced on every table of a tenant, and on every partition", async () => {
    const open =
      await column(`SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id'
      WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT (c.relrowsecurity AND c.relforcerowsecurity)`);
    expect(open).toEqual([]);
  });

  test("its policies are these and no others", async () => {
    const policies = await ask(
      "SELECT tablename, policyname, cmd, roles::text, qual, with_check FROM pg_policies WHERE schemaname = 'public' ORDER BY 1, 2",
    );
    const walls = policies.filter((p) => p.policyname === "tenant_wall");
    expect(walls.map((p) => p.tablename)).toEqual(await tables());
    for (const wall of walls)
      expect(wall).toMatchObject({
        cmd: "ALL",
        roles: "{public}",
        qual: "(tenant_id = app_tenant())",
        with_check: "(tenant_id = app_tenant())",
      });
    expect(
      policies
        .filter((p) => p.policyname !== "tenant_wall")
        .map((p) => `${p.tablename} ${p.policyname} ${p.cmd} ${p.roles}`),
    ).toEqual([
      "account_links own_link SELECT {public}",
      "invitations own_invitation SELECT {public}",
      "memberships own_memberships SELECT {public}",
      "outbox_deliveries claimed_by_worker ALL {countersign_worker}",
      "outbox_events claimed_by_worker SELECT {countersign_worker}",
      "replaced_tokens own_replaced_token SELECT {public}",
      "service_tokens own_token SELECT {public}",
      "tenants changed_from_within UPDATE {public}",
      "tenants made_by_all INSERT {public}",
      "tenants read_by_all SELECT {public}",
      "user_sessions own_family SELECT {public}",
      "user_sessions own_token SELECT {public}",
    ]);
  });

  test.each(["countersign_app", "countersign_worker"])(
    "%s is bound by it: no superuser, no bypass, no membership, owner of nothing",
    async (role) => {
      const [attributes] = await ask(
        "SELECT rolsuper, rolbypassrls, rolcreatedb, rolcreaterole, rolreplication, rolinherit FROM pg_roles WHERE rolname = $1",
        [role],
      );
      expect(Object.values(attributes)).toEqual([false, false, false, false, false, false]);
      expect(await ask("SELECT roleid FROM pg_auth_members WHERE member = $1::regrole", [role])).toEqual([]);
      expect(await ask("SELECT FROM pg_shdepend WHERE refobjid = $1::regrole AND deptype = 'o'", [role])).toEqual([]);
      expect(await as(role === "countersign_app" ? app : worker, {}, "CREATE TABLE public.of_mine (id int)")).toBe(
        REFUSED,
      );
    },
  );

  test("only ensure_partitions runs with its owner's rights, and only the worker may call it", async () => {
    const definers = await column(
      "SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prosecdef",
    );
    expect(definers).toEqual(["ensure_partitions"]);
    expect(await as(app, {}, "SELECT ensure_partitions()")).toBe(REFUSED);
    expect(await as(worker, {}, "SELECT ensure_partitions()")).toMatchObject({ rowCount: 1 });
  });
});

describe("what is written stays", () => {
  const OWNED = [
    "audit_logs",
    "approval_revisions",
    "policy_versions",
    "outbox_events",
    "governance_log",
    "access_moves",
    "assignments_history",
    "roles_history",
    "role_permissions_history",
    "memberships_history",
    "service_clients_history",
  ];

  test("the application can neither change nor remove audit, outbox, evidence or policy versions", async () => {
    for (const table of OWNED)
      for (const statement of [
        `UPDATE ${table} SET tenant_id = tenant_id`,
        `DELETE FROM ${table}`,
        `TRUNCATE ${table}`,
      ])
        expect([statement, await asMe(statement)]).toEqual([statement, REFUSED]);
    expect(await asMe("UPDATE approval_decisions SET comment = 'x'")).toBe(REFUSED);
    expect(await asMe("DELETE FROM approval_decisions")).toBe(REFUSED);
    expect(await asMe("DELETE FROM approvals")).toBe(REFUSED);
  });

  test("a service token is neither widened nor brought back: not its narrowing, its hash, its end or its revocation", async () => {
    for (const change of ["permissions = NULL", "scope_id = NULL", "token_hash = token_hash", "client_id = client_id"])
      expect([change, await asMe(`UPDATE service_tokens SET ${change}`)]).toEqual([change, REFUSED]);
    expect(await asMe("DELETE FROM service_tokens")).toBe(REFUSED);
    const BROKEN = "23514"; // check_violation
    expect(await asMe("UPDATE service_tokens SET expires_at = expires_at + interval '1 second'")).toBe(BROKEN);
    const undo = `WITH done AS (SELECT set_config('a.b', 'c', true)) UPDATE service_tokens SET revoked_at = NULL FROM done`;
    expect(await asMe(undo)).toMatchObject({ rowCount: 1 });
    await ask("UPDATE service_tokens SET revoked_at = clock_timestamp() WHERE tenant_id = $1", [mine.tenantId]);
    expect(await asMe(undo)).toBe(BROKEN);
  });

  test.each(["audit_logs", "governance_log"])("%s refuses even its owner, also through a partition", async (parent) => {
    const [{ part }] = (await ask(`SELECT tableoid::regclass::text AS part FROM ${parent} LIMIT 1`)) as [
      { part: string },
    ];
    for (const table of [parent, part])
      for (const statement of [`UPDATE ${table} SET address = 'x'`, `DELETE FROM ${table}`, `TRUNCATE ${table}`])
        await expect(ask(statement), statement).rejects.toThrow("append-only");
  });

  test("partitions are there for every month to a year ahead, and are reached through their parent only", async () => {
    for (const parent of ["audit_logs", "outbox_events", "governance_log"]) {
      const parts = await column(
        "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = $1::regclass ORDER BY 1",
        [parent],
      );
      const months = await column(
        `SELECT $1 || to_char(m, '_YYYY_MM') FROM generate_series(date_trunc('month', now() AT TIME ZONE 'UTC'), date_trunc('month', now() AT TIME ZONE 'UTC') + interval '12 months', interval '1 month') AS m`,
        [parent],
      );
      expect(parts).toEqual(expect.arrayContaining([...months, `${parent}_default`]));
      for (const part of parts) expect([part, await asMe(`SELECT FROM ${part}`)]).toEqual([part, REFUSED]);
      expect(await ask(`SELECT FROM ${parent}_default`)).toHaveLength(0);
    }
  });
});

describe("the tenant is part of every key", () => {
  const KEYS = `SELECT c.conrelid::regclass::text AS table, c.conname AS name, c.contype AS kind, c.confrelid::regclass::text AS target,
    ARRAY(SELECT a.attname::text FROM unnest(c.conkey) WITH ORDINALITY k (n, i) JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.n ORDER BY k.i) AS columns
    FROM pg_constraint c JOIN pg_class r ON r.oid = c.conrelid
    WHERE c.connamespace = 'public'::regnamespace AND NOT r.relispartition AND c.conparentid = 0 AND c.contype IN ('p', 'f')`;

  test("every primary key begins with it, every foreign key between tables of tenants carries it", async () => {
    const owned = await tables();
    const keys = (await ask(KEYS)).filter((k) => owned.includes(k.table));
    expect(
      keys
        .filter((k) => k.kind === "p")
        .map((k) => k.table)
        .sort(),
    ).toEqual(owned);
    for (const { name, kind, target, columns } of keys) {
      if (kind === "p") expect([name, columns[0]]).toEqual([name, "tenant_id"]);
      else if (owned.includes(target)) expect([name, columns]).toEqual([name, expect.arrayContaining(["tenant_id"])]);
    }
  });

  test("every unique index carries it, so that no tenant learns from another's values", async () => {
    const unique = await ask(
      `SELECT i.indexrelid::regclass::text AS name, ARRAY(SELECT a.attname::text FROM pg_attribute a WHERE a.attrelid = i.indrelid AND a.attnum = ANY(i.indkey)) AS columns
      FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid WHERE i.indisunique AND c.relname = ANY($1)`,
      [await tables()],
    );
    expect(unique.filter((u) => !u.columns.includes("tenant_id"))).toEqual([]);
  });

  test("no enum type and no float stands in a column (P16)", async () => {
    const types =
      await ask(`SELECT c.relname, a.attname, t.typname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_type t ON t.oid = a.atttypid
      WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND a.attnum > 0 AND (t.typtype = 'e' OR t.typname IN ('float4', 'float8', 'numeric', 'money', 'timestamp'))`);
    expect(types.filter((t) => t.relname !== "_prisma_migrations")).toEqual([]);
  });
});
