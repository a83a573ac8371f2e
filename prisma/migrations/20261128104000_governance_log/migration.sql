-- Every deny and every sensitive allow, with why: append-only and partitioned by time, like the audit.
CREATE TABLE governance_log (
  tenant_id uuid NOT NULL,
  id uuid NOT NULL,
  outcome text NOT NULL CHECK (outcome IN ('ALLOW', 'DENY')),
  operation text NOT NULL,
  permission text, -- null: about the caller alone, or the program's own
  scope_id uuid,
  person_id uuid,
  client_id uuid,
  on_behalf_of uuid,
  session_id uuid,
  address text,
  access_revision bigint NOT NULL,
  explanation jsonb NOT NULL CHECK (octet_length(explanation::text) <= 16384),
  request_id text NOT NULL,
  correlation_id text NOT NULL,
  count integer NOT NULL DEFAULT 1 CHECK (count >= 1), -- identical ones that this row stands for
  first_at timestamptz(3) NOT NULL,
  at timestamptz(3) NOT NULL,
  PRIMARY KEY (tenant_id, id),
  CHECK (first_at <= at)
) PARTITION BY RANGE (id);
CREATE INDEX governance_log_person ON governance_log (tenant_id, person_id, id) WHERE person_id IS NOT NULL;
CREATE INDEX governance_log_client ON governance_log (tenant_id, client_id, id) WHERE client_id IS NOT NULL;
CREATE INDEX governance_log_outcome ON governance_log (tenant_id, outcome, id);
CREATE INDEX governance_log_permission ON governance_log (tenant_id, permission, id);
CREATE INDEX governance_log_operation ON governance_log (tenant_id, operation, id);
CREATE INDEX governance_log_scope ON governance_log (tenant_id, scope_id, id);
CREATE INDEX governance_log_request ON governance_log (tenant_id, request_id, id);

CREATE TRIGGER governance_log_append_only BEFORE UPDATE OR DELETE ON governance_log FOR EACH ROW EXECUTE FUNCTION refuse_rewrite();
CREATE TRIGGER governance_log_no_truncate BEFORE TRUNCATE ON governance_log FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewrite();

ALTER TABLE governance_log ENABLE ROW LEVEL SECURITY;
ALTER TABLE governance_log FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_wall ON governance_log USING (tenant_id = app_tenant()) WITH CHECK (tenant_id = app_tenant());
GRANT SELECT, INSERT ON governance_log TO countersign_app;

-- The same for three parents.
CREATE OR REPLACE FUNCTION ensure_partitions() RETURNS integer LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  parent text;
  part text;
  month timestamptz;
  made integer := 0;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('ensure_partitions'));
  FOREACH parent IN ARRAY ARRAY['audit_logs', 'outbox_events', 'governance_log'] LOOP
    FOR month IN SELECT generate_series(date_trunc('month', now(), 'UTC') - interval '1 month', date_trunc('month', now(), 'UTC') + interval '12 months', interval '1 month') LOOP
      part := parent || '_' || to_char(month AT TIME ZONE 'UTC', 'YYYY_MM');
      IF to_regclass(part) IS NULL THEN
        EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L)', part, parent, uuid_at(month), uuid_at(month + interval '1 month'));
        made := made + 1;
      END IF;
    END LOOP;
    part := parent || '_default';
    IF to_regclass(part) IS NULL THEN
      EXECUTE format('CREATE TABLE %I PARTITION OF %I DEFAULT', part, parent);
      made := made + 1;
    END IF;
  END LOOP;
  FOR part IN SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
              WHERE i.inhparent IN ('audit_logs'::regclass, 'outbox_events'::regclass, 'governance_log'::regclass) AND NOT c.relforcerowsecurity AND c.relkind = 'r' LOOP
    -- No policy and no grant: a partition is reached through its parent or not at all.
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', part);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', part);
    IF part LIKE 'audit\_logs\_%' OR part LIKE 'governance\_log\_%' THEN
      EXECUTE format('CREATE TRIGGER no_truncate BEFORE TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewrite()', part);
    END IF;
  END LOOP;
  RETURN made;
END $$;
