import pg from "pg";
import { env } from "#server/platform/env.ts";
import type { Ask } from "./typesense.ts";
import type { Document } from "./workload.ts";
import { PER_PAGE, STATE } from "./workload.ts";

/** PostgreSQL's own means: words and their beginnings by tsvector, parts of texts by pg_trgm where it is there. */
export async function postgres(documents: readonly Document[]) {
  const pool = new pg.Pool({ connectionString: env.DATABASE_URL, max: 1 });
  await pool.query(`CREATE TABLE bench_search (id text PRIMARY KEY, title text, requester text, kind text, state text, org text,
    amount int, created_at bigint, words tsvector GENERATED ALWAYS AS (to_tsvector('simple', title || ' ' || requester)) STORED)`);
  await pool.query(
    `INSERT INTO bench_search (id, title, requester, kind, state, org, amount, created_at)
     SELECT id, title, requester, kind, state, org, amount, created_at FROM jsonb_to_recordset($1::jsonb)
     AS d(id text, title text, requester text, kind text, state text, org text, amount int, created_at bigint)`,
    [JSON.stringify(documents)],
  );
  await pool.query("CREATE INDEX ON bench_search USING gin (words)");
  const hasTrigrams = await pool.query("CREATE EXTENSION IF NOT EXISTS pg_trgm").then(
    () => true,
    () => false,
  );
  if (hasTrigrams)
    await pool.query("CREATE INDEX ON bench_search USING gin ((title || ' ' || requester) gin_trgm_ops)");
  await pool.query("VACUUM ANALYZE bench_search");
  /** A page, the number, and the two facets of what a condition leaves. */
  const ask = async (condition: string, values: unknown[]) => {
    const { rows } = await pool.query(
      `WITH found AS MATERIALIZED (SELECT * FROM bench_search WHERE state = '${STATE}' AND ${condition})
       SELECT (SELECT count(*)::int FROM found) AS found,
         (SELECT json_agg(page) FROM (SELECT * FROM found ORDER BY created_at DESC LIMIT ${PER_PAGE}) page) AS hits,
         (SELECT json_agg(f) FROM (SELECT kind, org, count(*) FROM found GROUP BY GROUPING SETS (kind, org)) f) AS facets`,
      values,
    );
    return rows[0].found as number;
  };
  const byWords: Ask = (words) => {
    const terms = words.split(" ").map((word, at, all) => (at === all.length - 1 ? `${word}:*` : word));
    return ask("words @@ to_tsquery('simple', $1)", [terms.join(" & ")]);
  };
  const byTrigrams: Ask = (words) => {
    const parts = words.split(" ");
    const condition = parts.map((_, at) => `(title || ' ' || requester) ILIKE $${at + 1}`).join(" AND ");
    return ask(
      condition,
      parts.map((word) => `%${word}%`),
    );
  };
  return {
    byWords,
    byTrigrams: hasTrigrams ? byTrigrams : null,
    stop: async () => {
      await pool.query("DROP TABLE bench_search");
      await pool.end();
    },
  };
}
