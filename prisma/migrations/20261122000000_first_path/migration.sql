-- The first path: tenants, access, sessions, approvals, bulks, imports, idempotency, audit, outbox.
-- Written by hand: row-level security, partitions and roles are beyond the schema language of the ORM.

-- The tenant of the open transaction; null outside of one, and then no row matches.
CREATE FUNCTION app_tenant() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
  RETURN NULLIF(current_setting('app.tenant_id', true), '')::uuid;

-- The smallest UUIDv7 of an instant: partition bounds, since such an id is time.
CREATE FUNCTION uuid_at(t timestamptz) RETURNS uuid LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN (lpad(to_hex(floor(extract(epoch FROM t) * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid;

------------------------------------------------------------------ without a tenant (a closed list)

CREATE TABLE tenants (
  id uuid PRIMARY KEY,
  code text NOT NULL UNIQUE CHECK (code ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
  name text NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT clock_timestamp()
);

CREATE TABLE people (
  id uuid PRIMARY KEY,
  email text NOT NULL UNIQUE CHECK (email = lower(email)),
  name text NOT NULL,
  locale text NOT NULL DEFAULT 'en',
  disabled_at timestamptz(3),
  created_at timestamptz(3) NOT NULL DEFAULT clock_timestamp()
);

CREATE TABLE credentials (
  person_id uuid PRIMARY KEY REFERENCES people (id),
  password_hash text NOT NULL,
  changed_at timestamptz(3) NOT NULL DEFAULT clock_timestamp()
);

-- Counted per (address, account): a stranger slows down only his own address.
CREATE TABLE sign_in_attempts (
  address text NOT NULL,
  account text NOT NULL,
  failures integer NOT NULL,
  failed_at timestamptz(3) NOT NULL,
  PRIMARY KEY (address, account)
);
CREATE INDEX sign_in_attempts_failed_at ON sign_in_attempts (failed_at);

------------------------------------------------------------------ access

CREATE TABLE access_revisions (
  tenant_id uuid PRIMARY KEY REFERENCES tenants (id),
  revision bigint NOT NULL
);

CREATE TABLE scopes (
  tenant_id uuid NOT NULL REFERENCES tenants (id),
  id uuid NOT NULL,
  parent_id uuid,
  kind text NOT NULL CHECK (kind IN ('TENANT', 'ORG', 'CYCLE', 'COMMUNITY', 'EVENT')),
  code text NOT NULL,
  name text NOT NULL,
  path uuid[] NOT NULL, -- from the root to itself
  created_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, kind, code),
  FOREIGN KEY (tenant_id, parent_id) REFERENCES scopes (tenant_id, id),
  CHECK ((kind = 'TENANT') = (parent_id IS NULL)),
  CHECK (path[cardinality(path)] = id)
);
CREATE UNIQUE INDEX scopes_one_root ON scopes (tenant_id) WHERE kind = 'TENANT';

CREATE TABLE memberships (
  tenant_id uuid NOT NULL REFERENCES tenants (id),
  id uuid NOT NULL,
  person_id uuid NOT NULL REFERENCES people (id),
  status text NOT NULL DEFAULT 'ACTIVE' CHECK (status IN ('ACTIVE', 'DISABLED')),
  created_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, person_id)
);

CREATE TABLE service_clients (
  tenant_id uuid NOT NULL REFERENCES tenants (id),
  id uuid NOT NULL,
  code text NOT NULL,
  name text NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, code)
);

CREATE TABLE roles (
  tenant_id uuid NOT NULL REFERENCES tenants (id),
  id uuid NOT NULL,
  code text NOT NULL,
  name text NOT NULL,
  built_in boolean NOT NULL DEFAULT false,
  created_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, code)
);

CREATE TABLE role_permissions (
  tenant_id uuid NOT NULL,
  role_id uuid NOT NULL,
  permission text NOT NULL CHECK (permission ~ '^[a-z]+:[a-z]+$'),
  PRIMARY KEY (tenant_id, role_id, permission),
  FOREIGN KEY (tenant_id, role_id) REFERENCES roles (tenant_id, id)
);

CREATE TABLE assignments (
  tenant_id uuid NOT NULL REFERENCES tenants (id),
  id uuid NOT NULL,
  person_id uuid REFERENCES people (id),
  client_id uuid,
  role_id uuid NOT NULL,
  scope_id uuid NOT NULL,
  effect text NOT NULL DEFAULT 'ALLOW' CHECK (effect IN ('ALLOW', 'DENY')),
  starts_at timestamptz(3),
  ends_at timestamptz(3),
  reason text,
  granted_by uuid REFERENCES people (id),
  created_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, client_id) REFERENCES service_clients (tenant_id, id),
  FOREIGN KEY (tenant_id, role_id) REFERENCES roles (tenant_id, id),
  FOREIGN KEY (tenant_id, scope_id) REFERENCES scopes (tenant_id, id),
  CHECK (num_nonnulls(person_id, client_id) = 1)
);
CREATE INDEX assignments_person ON assignments (tenant_id, person_id);
CREATE INDEX assignments_client ON assignments (tenant_id, client_id);

-- Every change of who may do what moves the tenant's access revision in its own commit, so that a compiled
-- snapshot is never older than the first check after a revocation.
CREATE FUNCTION move_access_revision() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE access_revisions SET revision = revision + 1 WHERE tenant_id = app_tenant();
  RETURN NULL;
END $$;

DO $$
DECLARE t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['scopes', 'memberships', 'roles', 'role_permissions', 'assignments', 'service_clients'] LOOP
    EXECUTE format('CREATE TRIGGER %I AFTER INSERT OR UPDATE OR DELETE ON %I FOR EACH STATEMENT EXECUTE FUNCTION move_access_revision()', t || '_move_access', t);
  END LOOP;
END $$;

------------------------------------------------------------------ sessions

CREATE TABLE user_sessions (
  tenant_id uuid NOT NULL REFERENCES tenants (id),
  id uuid NOT NULL,
  person_id uuid NOT NULL REFERENCES people (id),
  token_hash text NOT NULL,
  status text NOT NULL DEFAULT 'ACTIVE' CHECK (status IN ('ACTIVE', 'EXPIRED', 'REVOKED')),
  browser text NOT NULL DEFAULT '',
  os text NOT NULL DEFAULT '',
  device_type text NOT NULL DEFAULT '',
  address text NOT NULL DEFAULT '',
  created_at timestamptz(3) NOT NULL,
  last_seen_at timestamptz(3) NOT NULL,
  idle_expires_at timestamptz(3) NOT NULL,
  absolute_expires_at timestamptz(3) NOT NULL,
  ended_at timestamptz(3),
  ended_by uuid REFERENCES people (id),
  ended_reason text,
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, token_hash),
  CHECK (idle_expires_at <= absolute_expires_at),
  CHECK ((status = 'ACTIVE') = (ended_at IS NULL))
);
CREATE INDEX user_sessions_token ON user_sessions (token_hash);
CREATE INDEX user_sessions_person ON user_sessions (tenant_id, person_id, status);

-- S2: an ended session never lives again, whatever the application asks.
CREATE FUNCTION keep_session_ended() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.status <> 'ACTIVE' AND NEW.status <> OLD.status THEN
    RAISE EXCEPTION 'an ended session stays ended' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER user_sessions_stay_ended BEFORE UPDATE OF status ON user_sessions FOR EACH ROW EXECUTE FUNCTION keep_session_ended();

-- One round trip from a token's hash to who asks. Runs as its invoker: the token's own policy shows the session,
-- whose tenant then opens the rest. Slides at most twice a minute; never past the absolute end (S3).
CREATE FUNCTION resolve_session(hash text, idle interval)
  RETURNS TABLE (tenant_id uuid, session_id uuid, person_id uuid, name text, email text, locale text, revision bigint, idle_expires_at timestamptz)
  LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  s user_sessions;
  at timestamptz := clock_timestamp();
BEGIN
  PERFORM set_config('app.token_hash', hash, true);
  SELECT u.* INTO s FROM user_sessions u WHERE u.token_hash = hash;
  IF NOT FOUND OR s.status <> 'ACTIVE' THEN RETURN; END IF;
  PERFORM set_config('app.tenant_id', s.tenant_id::text, true);
  IF s.idle_expires_at <= at THEN
    UPDATE user_sessions u SET status = 'EXPIRED', ended_at = at, ended_reason = 'expired'
      WHERE u.tenant_id = s.tenant_id AND u.id = s.id AND u.status = 'ACTIVE' AND u.idle_expires_at <= at;
    RETURN;
  END IF;
  IF s.last_seen_at < at - interval '30 seconds' THEN
    UPDATE user_sessions u SET last_seen_at = at, idle_expires_at = least(at + idle, u.absolute_expires_at)
      WHERE u.tenant_id = s.tenant_id AND u.id = s.id AND u.status = 'ACTIVE';
    IF NOT FOUND THEN RETURN; END IF;
  END IF;
  RETURN QUERY
    SELECT s.tenant_id, s.id, p.id, p.name, p.email, p.locale, r.revision, s.idle_expires_at::timestamptz
    FROM people p
    JOIN memberships m ON m.tenant_id = s.tenant_id AND m.person_id = p.id AND m.status = 'ACTIVE'
    JOIN access_revisions r ON r.tenant_id = s.tenant_id
    WHERE p.id = s.person_id AND p.disabled_at IS NULL;
END $$;

-- The same for a service client, by the tenant's id or code.
CREATE FUNCTION resolve_client(tenant_ref text, client_code text)
  RETURNS TABLE (tenant_id uuid, tenant_code text, client_id uuid, name text, revision bigint)
  LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  t tenants;
BEGIN
  -- A code may look like an id; the id wins.
  SELECT x.* INTO t FROM tenants x WHERE x.code = tenant_ref OR x.id::text = lower(tenant_ref) ORDER BY x.code = tenant_ref LIMIT 1;
  IF NOT FOUND THEN RETURN; END IF;
  PERFORM set_config('app.tenant_id', t.id::text, true);
  RETURN QUERY
    SELECT t.id, t.code, c.id, c.name, r.revision
    FROM service_clients c JOIN access_revisions r ON r.tenant_id = t.id
    WHERE c.tenant_id = t.id AND c.code = client_code;
END $$;

------------------------------------------------------------------ approvals

CREATE TABLE policies (
  tenant_id uuid NOT NULL REFERENCES tenants (id),
  id uuid NOT NULL,
  type text NOT NULL, -- '*' is the tenant's default
  name text NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, type)
);

CREATE TABLE policy_versions (
  tenant_id uuid NOT NULL,
  id uuid NOT NULL,
  policy_id uuid NOT NULL,
  version integer NOT NULL CHECK (version >= 1),
  stages jsonb NOT NULL, -- [{ name, permission, needed }] in order
  effect text NOT NULL DEFAULT 'none',
  submitting_client_may_decide boolean NOT NULL DEFAULT true,
  created_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, policy_id, version),
  FOREIGN KEY (tenant_id, policy_id) REFERENCES policies (tenant_id, id)
);

CREATE TABLE approvals (
  tenant_id uuid NOT NULL REFERENCES tenants (id),
  id uuid NOT NULL,
  org_id uuid NOT NULL,
  cycle_id uuid,
  scope_id uuid NOT NULL, -- the cycle where there is one, else the organisation
  type text NOT NULL,
  title text NOT NULL,
  summary text NOT NULL DEFAULT '',
  priority text NOT NULL CHECK (priority IN ('LOW', 'NORMAL', 'HIGH', 'URGENT')),
  priority_rank smallint NOT NULL GENERATED ALWAYS AS (CASE priority WHEN 'LOW' THEN 0 WHEN 'NORMAL' THEN 1 WHEN 'HIGH' THEN 2 ELSE 3 END) STORED,
  state text NOT NULL CHECK (state IN ('PENDING', 'APPROVED', 'REJECTED', 'CHANGES_REQUESTED', 'CANCELLED', 'EXPIRED')),
  amount bigint,
  payload jsonb NOT NULL DEFAULT '{}',
  requester_id uuid REFERENCES people (id),
  candidate_id uuid,
  submitter_person_id uuid REFERENCES people (id),
  submitter_client_id uuid,
  editor_person_id uuid REFERENCES people (id), -- from revision 2 on
  editor_client_id uuid,
  policy_version_id uuid NOT NULL,
  stage_index smallint NOT NULL DEFAULT 0,
  revision integer NOT NULL DEFAULT 1,
  version integer NOT NULL DEFAULT 1,
  content_version integer NOT NULL DEFAULT 1,
  evidence_hash text NOT NULL,
  import_key text,
  due_at timestamptz(3),
  created_at timestamptz(3) NOT NULL,
  updated_at timestamptz(3) NOT NULL,
  decided_at timestamptz(3),
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, org_id) REFERENCES scopes (tenant_id, id),
  FOREIGN KEY (tenant_id, cycle_id) REFERENCES scopes (tenant_id, id),
  FOREIGN KEY (tenant_id, policy_version_id) REFERENCES policy_versions (tenant_id, id),
  FOREIGN KEY (tenant_id, submitter_client_id) REFERENCES service_clients (tenant_id, id),
  FOREIGN KEY (tenant_id, editor_client_id) REFERENCES service_clients (tenant_id, id),
  CHECK (scope_id = coalesce(cycle_id, org_id)),
  CHECK (content_version <= version)
);
CREATE INDEX approvals_state_created ON approvals (tenant_id, state, created_at, id);
CREATE INDEX approvals_created ON approvals (tenant_id, created_at, id);
CREATE INDEX approvals_scope_created ON approvals (tenant_id, scope_id, created_at, id);
CREATE UNIQUE INDEX approvals_import_key ON approvals (tenant_id, import_key) WHERE import_key IS NOT NULL;

CREATE TABLE approval_revisions (
  tenant_id uuid NOT NULL,
  approval_id uuid NOT NULL,
  revision integer NOT NULL,
  evidence text NOT NULL, -- RFC 8785; what is decided, made once
  evidence_hash text NOT NULL,
  person_id uuid REFERENCES people (id),
  client_id uuid,
  created_at timestamptz(3) NOT NULL,
  PRIMARY KEY (tenant_id, approval_id, revision),
  FOREIGN KEY (tenant_id, approval_id) REFERENCES approvals (tenant_id, id),
  FOREIGN KEY (tenant_id, client_id) REFERENCES service_clients (tenant_id, id)
);

CREATE TABLE approval_decisions (
  tenant_id uuid NOT NULL,
  id uuid NOT NULL,
  approval_id uuid NOT NULL,
  revision integer NOT NULL,
  stage_index smallint NOT NULL,
  decision text NOT NULL CHECK (decision IN ('APPROVE', 'REJECT', 'CHANGES_REQUESTED')),
  person_id uuid REFERENCES people (id),
  client_id uuid,
  comment text,
  evidence_hash text NOT NULL,
  decided_at timestamptz(3) NOT NULL,
  undone_at timestamptz(3),
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, approval_id) REFERENCES approvals (tenant_id, id),
  FOREIGN KEY (tenant_id, client_id) REFERENCES service_clients (tenant_id, id),
  CHECK (num_nonnulls(person_id, client_id) = 1)
);
-- A7: one live decision per (approval, revision, decider).
-- Nulls are distinct, so the first also finds every live decision of an approval: decisions read it under their locks.
CREATE UNIQUE INDEX approval_decisions_person ON approval_decisions (tenant_id, approval_id, revision, person_id) WHERE undone_at IS NULL;
CREATE UNIQUE INDEX approval_decisions_client ON approval_decisions (tenant_id, approval_id, revision, client_id) WHERE client_id IS NOT NULL AND undone_at IS NULL;

------------------------------------------------------------------ bulks

CREATE TABLE bulks (
  tenant_id uuid NOT NULL REFERENCES tenants (id),
  id uuid NOT NULL,
  state text NOT NULL CHECK (state IN ('DRAFT', 'RUNNING', 'DONE', 'CANCELLED')),
  person_id uuid REFERENCES people (id),
  client_id uuid,
  within_id uuid, -- the organisation or cycle that narrowed its starter
  decision text CHECK (decision IN ('APPROVE', 'REJECT', 'CHANGES_REQUESTED')),
  comment text,
  filter jsonb NOT NULL,
  total integer NOT NULL DEFAULT 0,
  decided integer NOT NULL DEFAULT 0,
  recorded integer NOT NULL DEFAULT 0,
  refused integer NOT NULL DEFAULT 0,
  failed integer NOT NULL DEFAULT 0,
  fence integer NOT NULL DEFAULT 0,
  leased_until timestamptz(3),
  request_id text NOT NULL,
  correlation_id text NOT NULL,
  created_at timestamptz(3) NOT NULL,
  started_at timestamptz(3),
  finished_at timestamptz(3),
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, client_id) REFERENCES service_clients (tenant_id, id),
  FOREIGN KEY (tenant_id, within_id) REFERENCES scopes (tenant_id, id),
  CHECK (num_nonnulls(person_id, client_id) = 1),
  CHECK (decided + recorded + refused + failed <= total),
  CHECK (state <> 'DONE' OR decided + recorded + refused + failed = total),
  CHECK (state IN ('DRAFT', 'CANCELLED') OR decision IS NOT NULL)
);
CREATE INDEX bulks_state ON bulks (tenant_id, state, created_at);

CREATE TABLE bulk_items (
  tenant_id uuid NOT NULL,
  bulk_id uuid NOT NULL,
  position integer NOT NULL,
  approval_id uuid NOT NULL,
  content_version integer NOT NULL,
  outcome text CHECK (outcome IN ('DECIDED', 'RECORDED', 'REFUSED', 'FAILED')),
  state text,
  code text,
  detail jsonb,
  decided_at timestamptz(3),
  PRIMARY KEY (tenant_id, bulk_id, position),
  FOREIGN KEY (tenant_id, bulk_id) REFERENCES bulks (tenant_id, id) ON DELETE CASCADE,
  FOREIGN KEY (tenant_id, approval_id) REFERENCES approvals (tenant_id, id)
) WITH (fillfactor = 60); -- every item is updated exactly once: leave room for it on its page

------------------------------------------------------------------ imports

CREATE TABLE imports (
  tenant_id uuid NOT NULL REFERENCES tenants (id),
  id uuid NOT NULL,
  source_hash text NOT NULL, -- of file and map: the same import is taken up where it stopped
  file_name text NOT NULL,
  state text NOT NULL CHECK (state IN ('STAGING', 'STAGED', 'SUBMITTED', 'REFUSED')),
  total integer NOT NULL DEFAULT 0,
  bad integer NOT NULL DEFAULT 0,
  submitted integer NOT NULL DEFAULT 0,
  known integer NOT NULL DEFAULT 0,
  created_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, source_hash)
);

-- A good row leaves in the commit that submits it; the bad ones stay, for the report.
CREATE TABLE import_rows (
  tenant_id uuid NOT NULL,
  import_id uuid NOT NULL,
  line integer NOT NULL, -- on which the row begins
  key text, -- what tells this row from others: its hash, or what the map says
  occurrence integer NOT NULL DEFAULT 1, -- of its hash in the file
  item jsonb,
  problems jsonb,
  PRIMARY KEY (tenant_id, import_id, line),
  FOREIGN KEY (tenant_id, import_id) REFERENCES imports (tenant_id, id) ON DELETE CASCADE,
  CHECK ((item IS NULL) = (problems IS NOT NULL))
);

------------------------------------------------------------------ idempotency

CREATE TABLE idempotency_records (
  tenant_id uuid NOT NULL REFERENCES tenants (id),
  scope text NOT NULL, -- caller and operation
  key text NOT NULL,
  request_hash text NOT NULL,
  status text NOT NULL CHECK (status IN ('COMPLETED', 'FAILED')),
  answer text NOT NULL,
  created_at timestamptz(3) NOT NULL,
  expires_at timestamptz(3) NOT NULL,
  PRIMARY KEY (tenant_id, scope, key)
);
CREATE INDEX idempotency_records_expires ON idempotency_records (tenant_id, expires_at);

------------------------------------------------------------------ audit and outbox: append-only, partitioned by time

CREATE TABLE audit_logs (
  tenant_id uuid NOT NULL,
  id uuid NOT NULL,
  class text NOT NULL CHECK (class IN ('CHANGE', 'READ', 'SECURITY', 'EXTERNAL')),
  action text NOT NULL,
  target_type text NOT NULL,
  target_id uuid NOT NULL,
  scope_id uuid,
  person_id uuid,
  client_id uuid,
  on_behalf_of uuid,
  session_id uuid,
  address text,
  before jsonb,
  after jsonb,
  at timestamptz(3) NOT NULL,
  request_id text NOT NULL,
  correlation_id text NOT NULL,
  xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
  PRIMARY KEY (tenant_id, id)
) PARTITION BY RANGE (id);
CREATE INDEX audit_logs_target ON audit_logs (tenant_id, target_id, id);

CREATE TABLE outbox_events (
  tenant_id uuid NOT NULL,
  id uuid NOT NULL,
  aggregate_type text NOT NULL,
  aggregate_id uuid NOT NULL,
  aggregate_version integer NOT NULL,
  event_type text NOT NULL,
  payload jsonb NOT NULL,
  request_id text NOT NULL,
  correlation_id text NOT NULL,
  created_at timestamptz(3) NOT NULL,
  xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
  PRIMARY KEY (tenant_id, id)
) PARTITION BY RANGE (id);
CREATE INDEX outbox_events_xid ON outbox_events (xid, id);

CREATE FUNCTION refuse_rewrite() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER audit_logs_append_only BEFORE UPDATE OR DELETE ON audit_logs FOR EACH ROW EXECUTE FUNCTION refuse_rewrite();
CREATE TRIGGER audit_logs_no_truncate BEFORE TRUNCATE ON audit_logs FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewrite();

-- Makes the partitions from last month to a year ahead; run at every start and daily by the worker.
CREATE FUNCTION ensure_partitions() RETURNS integer LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  parent text;
  part text;
  month timestamptz;
  made integer := 0;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('ensure_partitions'));
  FOREACH parent IN ARRAY ARRAY['audit_logs', 'outbox_events'] LOOP
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
              WHERE i.inhparent IN ('audit_logs'::regclass, 'outbox_events'::regclass) AND NOT c.relforcerowsecurity AND c.relkind = 'r' LOOP
    -- No policy and no grant: a partition is reached through its parent or not at all.
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', part);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', part);
    IF part LIKE 'audit_logs_%' THEN
      EXECUTE format('CREATE TRIGGER no_truncate BEFORE TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewrite()', part);
    END IF;
  END LOOP;
  RETURN made;
END $$;
REVOKE EXECUTE ON FUNCTION ensure_partitions() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ensure_partitions() TO countersign_worker;

------------------------------------------------------------------ the wall

DO $$
DECLARE t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['access_revisions', 'scopes', 'memberships', 'service_clients', 'roles', 'role_permissions', 'assignments',
    'user_sessions', 'policies', 'policy_versions', 'approvals', 'approval_revisions', 'approval_decisions', 'bulks', 'bulk_items',
    'imports', 'import_rows', 'idempotency_records', 'audit_logs', 'outbox_events'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
    EXECUTE format('CREATE POLICY tenant_wall ON %I USING (tenant_id = app_tenant()) WITH CHECK (tenant_id = app_tenant())', t);
  END LOOP;
END $$;
CREATE POLICY own_token ON user_sessions FOR SELECT USING (token_hash = current_setting('app.token_hash', true));
-- Set only after a password was verified: a person's own memberships, to choose the tenant of the session.
CREATE POLICY own_memberships ON memberships FOR SELECT USING (person_id = NULLIF(current_setting('app.person_id', true), '')::uuid);
CREATE POLICY claimed_by_worker ON outbox_events FOR SELECT TO countersign_worker USING (true);

GRANT USAGE ON SCHEMA public TO countersign_app, countersign_worker;
GRANT SELECT, INSERT ON tenants, people, credentials, access_revisions, scopes, memberships, service_clients, roles, role_permissions,
  assignments, user_sessions, policies, policy_versions, approvals, approval_revisions, approval_decisions, bulks, bulk_items, imports,
  import_rows, idempotency_records, audit_logs, outbox_events, sign_in_attempts TO countersign_app;
GRANT UPDATE ON people, credentials, sign_in_attempts, access_revisions, scopes, memberships, roles, assignments, user_sessions, policies,
  approvals, bulks, bulk_items, imports, import_rows, idempotency_records TO countersign_app;
GRANT UPDATE (undone_at) ON approval_decisions TO countersign_app;
GRANT DELETE ON role_permissions, assignments, bulks, bulk_items, imports, import_rows, idempotency_records, sign_in_attempts TO countersign_app;
GRANT SELECT ON outbox_events TO countersign_worker;
