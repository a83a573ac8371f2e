-- A session that takes the place of one in another tenant is of its family, by the id of the first of them; none in that one itself.
ALTER TABLE user_sessions ADD COLUMN family_id uuid;
CREATE INDEX user_sessions_family ON user_sessions (family_id) WHERE family_id IS NOT NULL;
-- Set only by who came with a token of that family.
CREATE POLICY own_family ON user_sessions FOR SELECT USING (family_id = NULLIF(current_setting('app.session_family', true), '')::uuid);

-- The session that lives on for one whose token has come back, a minute after it was replaced: by another of its own, or by a
-- session in another tenant. What was under way then has ended.
CREATE OR REPLACE FUNCTION reused_session(hash text)
  RETURNS TABLE (tenant_id uuid, session_id uuid)
  LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  s user_sessions;
  before timestamptz := clock_timestamp() - interval '60 seconds';
BEGIN
  PERFORM set_config('app.token_hash', hash, true);
  SELECT u.* INTO s FROM user_sessions u
    WHERE (u.previous_token_hash = hash AND u.rotated_at < before) OR (u.token_hash = hash AND u.ended_at < before);
  IF NOT FOUND THEN RETURN; END IF;
  IF s.status = 'ACTIVE' THEN
    RETURN QUERY SELECT s.tenant_id, s.id;
    RETURN;
  END IF;
  PERFORM set_config('app.session_family', coalesce(s.family_id, s.id)::text, true);
  RETURN QUERY SELECT u.tenant_id, u.id FROM user_sessions u
    WHERE u.family_id = coalesce(s.family_id, s.id) AND u.status = 'ACTIVE';
END $$;
