-- Without an idle time a session is looked at and not used: an open page does not keep it alive.
CREATE OR REPLACE FUNCTION resolve_session(hash text, idle interval)
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
  IF idle IS NOT NULL AND s.last_seen_at < at - interval '30 seconds' THEN
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
