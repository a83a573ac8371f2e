-- Memberships that end, invitations, sessions narrowed to an organisation, and a person's own time zone.

ALTER TABLE people ADD COLUMN time_zone text CHECK (length(time_zone) BETWEEN 1 AND 64);

ALTER TABLE memberships DROP CONSTRAINT memberships_status_check;
ALTER TABLE memberships ADD CONSTRAINT memberships_status_check CHECK (status IN ('ACTIVE', 'DISABLED', 'ENDED'));
ALTER TABLE memberships ADD COLUMN version integer NOT NULL DEFAULT 1; -- orders what is told of the membership

ALTER TABLE scopes ADD COLUMN version integer NOT NULL DEFAULT 1;

-- An offer to whoever has the link; the database knows the SHA-256 of its token. A membership begins when it is
-- accepted, so that inviting tells nobody whether an address is known in another tenant.
CREATE TABLE invitations (
  tenant_id uuid NOT NULL REFERENCES tenants (id),
  id uuid NOT NULL,
  email text NOT NULL CHECK (email = lower(email)),
  name text NOT NULL,
  locale text CHECK (locale IN ('en', 'es')),
  role_id uuid,
  scope_id uuid,
  token_hash text NOT NULL CHECK (length(token_hash) = 64),
  status text NOT NULL DEFAULT 'OPEN' CHECK (status IN ('OPEN', 'ACCEPTED', 'WITHDRAWN')),
  invited_by uuid REFERENCES people (id),
  accepted_by uuid REFERENCES people (id),
  created_at timestamptz(3) NOT NULL,
  expires_at timestamptz(3) NOT NULL,
  ended_at timestamptz(3),
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, token_hash),
  FOREIGN KEY (tenant_id, role_id) REFERENCES roles (tenant_id, id),
  FOREIGN KEY (tenant_id, scope_id) REFERENCES scopes (tenant_id, id),
  CHECK ((role_id IS NULL) = (scope_id IS NULL)),
  CHECK ((status = 'OPEN') = (ended_at IS NULL)),
  CHECK ((status = 'ACCEPTED') = (accepted_by IS NOT NULL))
);
CREATE UNIQUE INDEX invitations_one_open ON invitations (tenant_id, email) WHERE status = 'OPEN';
CREATE INDEX invitations_token ON invitations (token_hash);
CREATE INDEX invitations_created ON invitations (tenant_id, status, created_at);

ALTER TABLE invitations ENABLE ROW LEVEL SECURITY;
ALTER TABLE invitations FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_wall ON invitations USING (tenant_id = app_tenant()) WITH CHECK (tenant_id = app_tenant());
CREATE POLICY own_invitation ON invitations FOR SELECT USING (token_hash = current_setting('app.token_hash', true));
GRANT SELECT, INSERT ON invitations TO countersign_app;
GRANT UPDATE (status, accepted_by, ended_at) ON invitations TO countersign_app;

-- What a session is narrowed to: it takes away from what its person may see, and adds nothing.
ALTER TABLE user_sessions ADD COLUMN within_id uuid;
ALTER TABLE user_sessions ADD FOREIGN KEY (tenant_id, within_id) REFERENCES scopes (tenant_id, id);

DROP FUNCTION resolve_session(text, interval);
CREATE FUNCTION resolve_session(hash text, idle interval)
  RETURNS TABLE (tenant_id uuid, session_id uuid, person_id uuid, within_id uuid, name text, email text, locale text, time_zone text,
    revision bigint, idle_expires_at timestamptz)
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
    SELECT s.tenant_id, s.id, p.id, s.within_id, p.name, p.email, p.locale, p.time_zone, r.revision, s.idle_expires_at::timestamptz
    FROM people p
    JOIN memberships m ON m.tenant_id = s.tenant_id AND m.person_id = p.id AND m.status = 'ACTIVE'
    JOIN access_revisions r ON r.tenant_id = s.tenant_id
    WHERE p.id = s.person_id AND p.disabled_at IS NULL;
END $$;
