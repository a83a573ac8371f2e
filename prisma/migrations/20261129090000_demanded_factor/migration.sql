-- A tenant demands a second factor of everybody who is signed in to it.
ALTER TABLE session_limits ADD COLUMN second_factor boolean NOT NULL DEFAULT false;

-- A look says whether the person lacks what the tenant demands. It is looked up each time, as the session is: who has just
-- set one up goes on at once, and who has just lost it does not.
DROP FUNCTION watch_session(uuid, uuid);
DROP FUNCTION resolve_session(text, interval);
CREATE FUNCTION resolve_session(hash text, idle interval)
  RETURNS TABLE (tenant_id uuid, session_id uuid, person_id uuid, within_id uuid, name text, locale text, time_zone text,
    revision bigint, proven_at timestamptz, lacks_factor boolean)
  LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  s user_sessions;
  l session_limits;
  at timestamptz := clock_timestamp();
BEGIN
  PERFORM set_config('app.token_hash', hash, true);
  SELECT u.* INTO s FROM user_sessions u WHERE u.token_hash = hash;
  IF NOT FOUND OR s.status <> 'ACTIVE' OR s.idle_expires_at <= at THEN RETURN; END IF;
  PERFORM set_config('app.tenant_id', s.tenant_id::text, true);
  SELECT o.* INTO l FROM session_limits o WHERE o.tenant_id = s.tenant_id;
  IF idle IS NOT NULL AND s.last_seen_at < at - interval '30 seconds' THEN
    UPDATE user_sessions u SET last_seen_at = at,
        idle_expires_at = least(u.absolute_expires_at, at + least(idle, make_interval(mins => l.idle_minutes)))
      WHERE u.tenant_id = s.tenant_id AND u.id = s.id AND u.status = 'ACTIVE' AND u.idle_expires_at > clock_timestamp();
    IF NOT FOUND THEN RETURN; END IF;
  END IF;
  RETURN QUERY
    SELECT s.tenant_id, s.id, p.id, s.within_id, p.name, p.locale, p.time_zone, r.revision, coalesce(s.proven_at, s.created_at)::timestamptz,
      coalesce(l.second_factor, false) AND NOT EXISTS (SELECT FROM totp_factors f WHERE f.person_id = p.id AND f.confirmed_at IS NOT NULL)
        AND NOT EXISTS (SELECT FROM passkeys k WHERE k.person_id = p.id)
    FROM people p
    JOIN memberships m ON m.tenant_id = s.tenant_id AND m.person_id = p.id AND m.status = 'ACTIVE'
    JOIN access_revisions r ON r.tenant_id = s.tenant_id
    WHERE p.id = s.person_id AND p.disabled_at IS NULL;
END $$;

CREATE FUNCTION watch_session(tenant uuid, session uuid)
  RETURNS TABLE (tenant_id uuid, session_id uuid, person_id uuid, within_id uuid, name text, locale text, time_zone text,
    revision bigint, proven_at timestamptz, lacks_factor boolean)
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
