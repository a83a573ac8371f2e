-- A transaction asks last whether others have moved the access that it was judged by: its own moves are counted apart.
CREATE OR REPLACE FUNCTION move_access_revision() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  WITH moved AS (UPDATE access_revisions SET revision = revision + 1 WHERE tenant_id = app_tenant() RETURNING tenant_id, revision)
  INSERT INTO access_moves (tenant_id, revision) SELECT tenant_id, revision FROM moved;
  PERFORM set_config('app.own_moves', (coalesce(nullif(current_setting('app.own_moves', true), ''), '0')::bigint + 1)::text, true);
  RETURN NULL;
END $$;
