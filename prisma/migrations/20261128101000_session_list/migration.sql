-- What the list of devices shows beside what a browser says of itself. Without a name the device is called by its browser.
ALTER TABLE user_sessions
  ADD COLUMN device_name text CHECK (char_length(device_name) BETWEEN 1 AND 80),
  ADD COLUMN location text NOT NULL DEFAULT '' CHECK (char_length(location) <= 100),
  ADD COLUMN ip inet; -- the address, where it is one: what a range is compared with

DO $$
DECLARE t record;
BEGIN
  FOR t IN SELECT id FROM tenants LOOP
    PERFORM set_config('app.tenant_id', t.id::text, true);
    UPDATE user_sessions SET ip = address::inet WHERE tenant_id = t.id AND address ~ '^(25[0-5]|2[0-4]\d|1?\d?\d)(\.(25[0-5]|2[0-4]\d|1?\d?\d)){3}$';
  END LOOP;
  PERFORM set_config('app.tenant_id', '', true);
END $$;

-- Those that live, and those whose end has come and is to be written down.
CREATE INDEX user_sessions_alive ON user_sessions (tenant_id, idle_expires_at) WHERE status = 'ACTIVE';

-- What a tenant allows its sessions, below what the installation allows all; without a value, that.
CREATE TABLE session_limits (
  tenant_id uuid PRIMARY KEY REFERENCES tenants (id),
  idle_minutes integer CHECK (idle_minutes >= 1),
  absolute_hours integer CHECK (absolute_hours >= 1),
  concurrent integer CHECK (concurrent BETWEEN 1 AND 100),
  version integer NOT NULL DEFAULT 1
);
ALTER TABLE session_limits ENABLE ROW LEVEL SECURITY;
ALTER TABLE session_limits FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_wall ON session_limits USING (tenant_id = app_tenant()) WITH CHECK (tenant_id = app_tenant());
GRANT SELECT, INSERT, UPDATE ON session_limits TO countersign_app;

-- S2: neither does a session live again whose end has come and which nobody has written down yet; the second is for what was judged just before.
CREATE OR REPLACE FUNCTION keep_session_ended() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (OLD.status <> 'ACTIVE' AND NEW.status <> OLD.status)
    OR (NEW.idle_expires_at > OLD.idle_expires_at AND (OLD.status <> 'ACTIVE' OR OLD.idle_expires_at < clock_timestamp() - interval '1 second')) THEN
    RAISE EXCEPTION 'an ended session stays ended' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
DROP TRIGGER user_sessions_stay_ended ON user_sessions;
CREATE TRIGGER user_sessions_stay_ended BEFORE UPDATE OF status, idle_expires_at ON user_sessions FOR EACH ROW EXECUTE FUNCTION keep_session_ended();

-- A look refuses a session whose end has come, and writes nothing: the schedule does, with its audit. It slides by what the tenant allows.
CREATE OR REPLACE FUNCTION resolve_session(hash text, idle interval)
  RETURNS TABLE (tenant_id uuid, session_id uuid, person_id uuid, within_id uuid, name text, locale text, time_zone text,
    revision bigint, proven_at timestamptz)
  LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  s user_sessions;
  at timestamptz := clock_timestamp();
BEGIN
  PERFORM set_config('app.token_hash', hash, true);
  SELECT u.* INTO s FROM user_sessions u WHERE u.token_hash = hash;
  IF NOT FOUND OR s.status <> 'ACTIVE' OR s.idle_expires_at <= at THEN RETURN; END IF;
  PERFORM set_config('app.tenant_id', s.tenant_id::text, true);
  IF idle IS NOT NULL AND s.last_seen_at < at - interval '30 seconds' THEN
    UPDATE user_sessions u SET last_seen_at = at, idle_expires_at = least(u.absolute_expires_at,
        at + least(idle, (SELECT make_interval(mins => l.idle_minutes) FROM session_limits l WHERE l.tenant_id = s.tenant_id)))
      WHERE u.tenant_id = s.tenant_id AND u.id = s.id AND u.status = 'ACTIVE' AND u.idle_expires_at > clock_timestamp();
    IF NOT FOUND THEN RETURN; END IF;
  END IF;
  RETURN QUERY
    SELECT s.tenant_id, s.id, p.id, s.within_id, p.name, p.locale, p.time_zone, r.revision, coalesce(s.proven_at, s.created_at)::timestamptz
    FROM people p
    JOIN memberships m ON m.tenant_id = s.tenant_id AND m.person_id = p.id AND m.status = 'ACTIVE'
    JOIN access_revisions r ON r.tenant_id = s.tenant_id
    WHERE p.id = s.person_id AND p.disabled_at IS NULL;
END $$;
