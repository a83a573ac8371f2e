-- Service clients that a tenant makes itself, and the tokens by which they call.

ALTER TABLE service_clients
  ADD COLUMN description text NOT NULL DEFAULT '' CHECK (length(description) <= 500),
  ADD COLUMN disabled_at timestamptz(3),
  ADD COLUMN created_by uuid REFERENCES people (id),
  ADD COLUMN version integer NOT NULL DEFAULT 1; -- orders what is told of the client
GRANT UPDATE (name, description, disabled_at, version) ON service_clients TO countersign_app;

-- The database knows the SHA-256 of a token. What a token is narrowed to, and when it ends at the latest, never widens.
CREATE TABLE service_tokens (
  tenant_id uuid NOT NULL REFERENCES tenants (id),
  id uuid NOT NULL,
  client_id uuid NOT NULL,
  name text NOT NULL,
  prefix text NOT NULL, -- how it begins, to tell it from others
  token_hash text NOT NULL CHECK (length(token_hash) = 64),
  permissions text[] CHECK (cardinality(permissions) > 0), -- null: all that the client holds
  scope_id uuid,
  created_at timestamptz(3) NOT NULL,
  created_by uuid REFERENCES people (id),
  expires_at timestamptz(3) NOT NULL,
  last_used_at timestamptz(3),
  last_used_address text NOT NULL DEFAULT '',
  revoked_at timestamptz(3),
  revoked_by uuid REFERENCES people (id),
  revoked_reason text CHECK (length(revoked_reason) <= 500),
  replaced_by uuid,
  version integer NOT NULL DEFAULT 1,
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, token_hash),
  FOREIGN KEY (tenant_id, client_id) REFERENCES service_clients (tenant_id, id),
  FOREIGN KEY (tenant_id, scope_id) REFERENCES scopes (tenant_id, id),
  FOREIGN KEY (tenant_id, replaced_by) REFERENCES service_tokens (tenant_id, id),
  CHECK (expires_at >= created_at),
  CHECK (revoked_at IS NOT NULL OR (revoked_by IS NULL AND revoked_reason IS NULL))
);
CREATE INDEX service_tokens_token ON service_tokens (token_hash);
CREATE INDEX service_tokens_client ON service_tokens (tenant_id, client_id, id);

ALTER TABLE service_tokens ENABLE ROW LEVEL SECURITY;
ALTER TABLE service_tokens FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_wall ON service_tokens USING (tenant_id = app_tenant()) WITH CHECK (tenant_id = app_tenant());
CREATE POLICY own_token ON service_tokens FOR SELECT USING (token_hash = current_setting('app.token_hash', true));
GRANT SELECT, INSERT ON service_tokens TO countersign_app;
GRANT UPDATE (expires_at, last_used_at, last_used_address, revoked_at, revoked_by, revoked_reason, replaced_by, version) ON service_tokens TO countersign_app;

-- An ended token never lives again, and none lives longer than it was made to, whatever the application asks.
CREATE FUNCTION keep_token_ended() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.expires_at > OLD.expires_at OR (OLD.revoked_at IS NOT NULL AND NEW.revoked_at IS DISTINCT FROM OLD.revoked_at) THEN
    RAISE EXCEPTION 'an ended token stays ended' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER service_tokens_stay_ended BEFORE UPDATE OF expires_at, revoked_at ON service_tokens FOR EACH ROW EXECUTE FUNCTION keep_token_ended();

-- By which token something was done, as the session says it of a person; and what the batches of a bulk are narrowed to.
ALTER TABLE audit_logs ADD COLUMN token_id uuid;
ALTER TABLE bulks ADD COLUMN token_id uuid;
ALTER TABLE bulks ADD FOREIGN KEY (tenant_id, token_id) REFERENCES service_tokens (tenant_id, id);

-- One round trip from a token's hash to who asks, as its invoker: the token's own policy shows the row, whose tenant then
-- opens the rest. The last use is written once a minute, and not at all where somebody else holds the row.
CREATE FUNCTION resolve_token(hash text, address text)
  RETURNS TABLE (tenant_id uuid, tenant_code text, token_id uuid, client_id uuid, name text, permissions text[], scope_id uuid, revision bigint)
  LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  s service_tokens;
  at timestamptz := clock_timestamp();
BEGIN
  PERFORM set_config('app.token_hash', hash, true);
  SELECT x.* INTO s FROM service_tokens x WHERE x.token_hash = hash;
  IF NOT FOUND OR s.revoked_at IS NOT NULL OR s.expires_at <= at THEN RETURN; END IF;
  PERFORM set_config('app.tenant_id', s.tenant_id::text, true);
  IF NOT EXISTS (SELECT FROM service_clients c WHERE c.tenant_id = s.tenant_id AND c.id = s.client_id AND c.disabled_at IS NULL) THEN RETURN; END IF;
  IF s.last_used_at IS NULL OR s.last_used_at < at - interval '1 minute' THEN
    UPDATE service_tokens x SET last_used_at = at, last_used_address = left(coalesce(address, ''), 100)
      WHERE x.tenant_id = s.tenant_id AND x.id = (
        SELECT y.id FROM service_tokens y WHERE y.tenant_id = s.tenant_id AND y.id = s.id AND y.revoked_at IS NULL FOR NO KEY UPDATE SKIP LOCKED);
  END IF;
  RETURN QUERY
    SELECT s.tenant_id, t.code, s.id, c.id, c.name, s.permissions, s.scope_id, r.revision
    FROM service_clients c JOIN tenants t ON t.id = c.tenant_id JOIN access_revisions r ON r.tenant_id = c.tenant_id
    WHERE c.tenant_id = s.tenant_id AND c.id = s.client_id AND c.disabled_at IS NULL;
END $$;

-- A disabled client is none, whatever token it comes with.
CREATE OR REPLACE FUNCTION resolve_client(tenant_ref text, client_code text)
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
    WHERE c.tenant_id = t.id AND c.code = client_code AND c.disabled_at IS NULL;
END $$;
