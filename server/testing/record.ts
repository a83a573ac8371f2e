import type pg from "pg";

/**
 * One hash per table that has rows, over all of them: equal before and after means that nothing at all was written. But for
 * the denials, which a refusal leaves behind in a commit of their own, the days on which permissions were used, and the
 * requests that were counted, a second later.
 */
export async function tableHashes(pool: pg.Pool): Promise<Record<string, string>> {
  const tables = await pool.query<{ name: string }>(`
    SELECT format('%I.%I', n.nspname, c.relname) AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind = 'r' AND n.nspname IN ('public', 'graphile_worker') AND c.relname NOT LIKE 'governance\\_log\\_%' AND c.relname NOT IN ('permission_uses', 'rate_windows') AND pg_relation_size(c.oid) > 0 ORDER BY 1`);
  const hash = (name: string) =>
    `SELECT '${name}' AS name, count(*) || ' ' || coalesce(md5(string_agg(t::text, '|' ORDER BY t::text)), '') AS hash FROM ${name} t`;
  const { rows } = await pool.query(tables.rows.map((t) => hash(t.name)).join(" UNION ALL "));
  // A table whose rows were rolled back has a size and no rows.
  return Object.fromEntries(rows.flatMap((r) => (r.hash === "0 " ? [] : [[r.name, r.hash]])));
}

/**
 * Where change and record part (U1, O1, A13), by SQL over the whole database: an approval whose events are not
 * versions 1..n once each, whose CHANGE rows are not n, or a record without its change. Empty is sound.
 */
export async function recordFlaws(pool: pg.Pool): Promise<Record<string, unknown>[]> {
  const { rows } = await pool.query(`
    WITH e AS (SELECT tenant_id, aggregate_id AS id, array_agg(aggregate_version ORDER BY aggregate_version) AS versions FROM outbox_events WHERE aggregate_type = 'APPROVALS' GROUP BY 1, 2),
      l AS (SELECT tenant_id, target_id AS id, count(*) AS n, count(*) FILTER (WHERE action = 'approval.decided') AS decided FROM audit_logs WHERE target_type = 'approval' AND class = 'CHANGE' GROUP BY 1, 2),
      d AS (SELECT tenant_id, approval_id AS id, count(*) AS n FROM approval_decisions GROUP BY 1, 2),
      r AS (SELECT tenant_id, approval_id AS id, count(*) AS n FROM approval_revisions GROUP BY 1, 2)
    SELECT id, a.version, a.revision, e.versions AS events, l.n AS changes, d.n AS decisions, l.decided AS logged, r.n AS revisions
    FROM approvals a FULL JOIN e USING (tenant_id, id) FULL JOIN l USING (tenant_id, id) LEFT JOIN d USING (tenant_id, id) LEFT JOIN r USING (tenant_id, id)
    WHERE e.versions IS DISTINCT FROM (SELECT array_agg(v) FROM generate_series(1, a.version) AS v)
      OR l.n IS DISTINCT FROM a.version OR coalesce(d.n, 0) IS DISTINCT FROM l.decided OR r.n IS DISTINCT FROM a.revision LIMIT 20`);
  return rows;
}

/** The same of bulks: one event for every version, and counts that are those of the items. */
export async function bulkFlaws(pool: pg.Pool): Promise<Record<string, unknown>[]> {
  const { rows } = await pool.query(`
    WITH e AS (SELECT tenant_id, aggregate_id AS id, array_agg(aggregate_version ORDER BY aggregate_version) AS versions FROM outbox_events WHERE aggregate_type = 'BULKS' GROUP BY 1, 2),
      i AS (SELECT tenant_id, bulk_id AS id, count(*) AS total, count(*) FILTER (WHERE outcome = 'DECIDED') AS decided, count(*) FILTER (WHERE outcome = 'RECORDED') AS recorded,
        count(*) FILTER (WHERE outcome = 'REFUSED') AS refused, count(*) FILTER (WHERE outcome = 'FAILED') AS failed FROM bulk_items GROUP BY 1, 2)
    SELECT id, b.state, b.version, e.versions, b.total, b.decided, b.recorded, b.refused, b.failed, to_jsonb(i) AS items
    FROM bulks b FULL JOIN e USING (tenant_id, id) LEFT JOIN i USING (tenant_id, id)
    WHERE coalesce(e.versions, '{}') IS DISTINCT FROM ARRAY(SELECT v FROM generate_series(1, b.version) AS v)
      OR (b.total, b.decided, b.recorded, b.refused, b.failed)
        IS DISTINCT FROM (coalesce(i.total, 0), coalesce(i.decided, 0), coalesce(i.recorded, 0), coalesce(i.refused, 0), coalesce(i.failed, 0))
      OR (b.state = 'DONE' AND b.decided + b.recorded + b.refused + b.failed <> b.total) LIMIT 20`);
  return rows;
}
