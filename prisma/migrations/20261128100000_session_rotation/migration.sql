-- A session keeps its row when its token is replaced. The one before is known, so that its use tells of a copy.
ALTER TABLE user_sessions
  ADD COLUMN previous_token_hash text CHECK (length(previous_token_hash) = 64),
  ADD COLUMN rotated_at timestamptz(3),
  ADD COLUMN proven_at timestamptz(3),
  ADD CHECK ((previous_token_hash IS NULL) = (rotated_at IS NULL));
CREATE INDEX user_sessions_previous_token ON user_sessions (previous_token_hash) WHERE previous_token_hash IS NOT NULL;
CREATE POLICY own_previous_token ON user_sessions FOR SELECT USING (previous_token_hash = current_setting('app.token_hash', true));

DROP FUNCTION resolve_session(text, interval);
CREATE FUNCTION resolve_session(hash text, idle interval)
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
  IF NOT FOUND OR s.status <> 'ACTIVE' THEN RETURN; END IF;
  PERFORM set_config('app.tenant_id', s.tenant_id::text, true);
  IF s.idle_expires_at <= at THEN
    UPDATE user_sessions u SET status = 'EXPIRED', ended_at = at, ended_reason = 'expired'
      WHERE u.tenant_id = s.tenant_id AND u.id = s.id AND u.status = 'ACTIVE' AND u.idle_expires_at <= at;
    RETURN;
  END IF;
  IF idle IS NOT NULL AND s.last_seen_at < at - interval '30 seconds' THEN
    UPDATE user_sessions u SET last_seen_at = at, idle_expires_at = least(at + idle, u.absolute_expires_at)
      WHERE u.tenant_id = s.tenant_id AND u.id = s.id AND u.status = 'ACTIVE';
    IF NOT FOUND THEN RETURN; END IF;
  END IF;
  RETURN QUERY
    SELECT s.tenant_id, s.id, p.id, s.within_id, p.name, p.locale, p.time_zone, r.revision, coalesce(s.proven_at, s.created_at)::timestamptz
    FROM people p
    JOIN memberships m ON m.tenant_id = s.tenant_id AND m.person_id = p.id AND m.status = 'ACTIVE'
    JOIN access_revisions r ON r.tenant_id = s.tenant_id
    WHERE p.id = s.person_id AND p.disabled_at IS NULL;
END $$;

-- An open page watches its session and not its token: a rotation does not end it.
CREATE FUNCTION watch_session(tenant uuid, session uuid)
  RETURNS TABLE (tenant_id uuid, session_id uuid, person_id uuid, within_id uuid, name text, locale text, time_zone text,
    revision bigint, proven_at timestamptz)
  LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  hash text;
BEGIN
  -- Twice, since a rotation may come between the two statements.
  FOR turn IN 1..2 LOOP
    PERFORM set_config('app.tenant_id', tenant::text, true);
    SELECT u.token_hash INTO hash FROM user_sessions u WHERE u.tenant_id = tenant AND u.id = session;
    RETURN QUERY SELECT * FROM resolve_session(hash, NULL);
    IF FOUND THEN RETURN; END IF;
  END LOOP;
END $$;

-- The session whose token before has come back, a minute after it was replaced: what was under way then has ended.
CREATE FUNCTION reused_session(hash text)
  RETURNS TABLE (tenant_id uuid, session_id uuid)
  LANGUAGE plpgsql AS $$
#variable_conflict use_column
BEGIN
  PERFORM set_config('app.token_hash', hash, true);
  RETURN QUERY SELECT u.tenant_id, u.id FROM user_sessions u
    WHERE u.previous_token_hash = hash AND u.status = 'ACTIVE' AND u.rotated_at < clock_timestamp() - interval '60 seconds';
END $$;
