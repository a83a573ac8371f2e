import { createHash, randomUUID } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type pg from "pg";

type Migration = { name: string; sql: string; checksum: string };
type Row = { migration_name: string; checksum: string; finished_at: Date | null };

// Prisma's table, to the letter: `prisma migrate status` and `deploy` read what this runner wrote.
const TABLE = `CREATE TABLE IF NOT EXISTS _prisma_migrations (
  id                  VARCHAR(36) PRIMARY KEY NOT NULL,
  checksum            VARCHAR(64) NOT NULL,
  finished_at         TIMESTAMPTZ,
  migration_name      VARCHAR(255) NOT NULL,
  logs                TEXT,
  rolled_back_at      TIMESTAMPTZ,
  started_at          TIMESTAMPTZ NOT NULL DEFAULT now(),
  applied_steps_count INTEGER NOT NULL DEFAULT 0
)`;

export async function applyMigrations(client: pg.Client, folder: string, log: (line: string) => void): Promise<void> {
  await client.query(TABLE);
  const { rows } = await client.query<Row>(
    "SELECT migration_name, checksum, finished_at FROM _prisma_migrations WHERE rolled_back_at IS NULL",
  );
  const applied = new Map(rows.map((row) => [row.migration_name, row]));
  for (const migration of await readMigrations(folder)) {
    const row = applied.get(migration.name);
    if (row) refuseDoubtful(migration, row);
    else await apply(client, migration, log);
  }
}

async function readMigrations(folder: string): Promise<Migration[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  return Promise.all(
    names.sort().map(async (name) => {
      const file = await readFile(join(folder, name, "migration.sql"));
      return { name, sql: file.toString("utf8"), checksum: createHash("sha256").update(file).digest("hex") };
    }),
  );
}

function refuseDoubtful({ name, checksum }: Migration, row: Row): void {
  if (!row.finished_at)
    throw new Error(
      `The migration ${name} failed in this database before; repair it and run \`prisma migrate resolve\` for it.`,
    );
  if (row.checksum !== checksum)
    throw new Error(`The migration ${name} was changed after it had been applied; restore the file as it was.`);
}

/** The row that says "applied" commits with the migration; a failed one leaves a rolled-back row and is tried again. */
async function apply(client: pg.Client, { name, sql, checksum }: Migration, log: (line: string) => void) {
  const record = `INSERT INTO _prisma_migrations
    (id, checksum, migration_name, started_at, finished_at, rolled_back_at, logs, applied_steps_count) `;
  const startedAt = new Date();
  log(`Applying the migration ${name} …`);
  await client.query("BEGIN");
  try {
    await client.query(sql);
    const values = [randomUUID(), checksum, name, startedAt];
    await client.query(`${record} VALUES ($1, $2, $3, $4, clock_timestamp(), NULL, NULL, 1)`, values);
    await client.query("COMMIT");
  } catch (cause) {
    const { message } = cause as Error;
    await client.query("ROLLBACK");
    const values = [randomUUID(), checksum, name, startedAt, message];
    await client.query(`${record} VALUES ($1, $2, $3, $4, NULL, clock_timestamp(), $5, 0)`, values);
    throw new Error(`The migration ${name} failed and was rolled back: ${message}`, { cause });
  }
}
