-- Each token that a session had before: whichever of them comes back tells of a copy.
CREATE TABLE replaced_tokens (
  tenant_id uuid NOT NULL REFERENCES tenants (id),
  token_hash text NOT NULL CHECK (length(token_hash) = 64),
  session_id uuid NOT NULL,
  replaced_at timestamptz(3) NOT NULL,
  PRIMARY KEY (tenant_id, token_hash),
  FOREIGN KEY (tenant_id, session_id) REFERENCES user_sessions (tenant_id, id)
);
CREATE INDEX replaced_tokens_token ON replaced_tokens (token_hash);
ALTER TABLE replaced_tokens ENABLE ROW LEVEL SECURITY;
ALTER TABLE replaced_tokens FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_wall ON replaced_tokens USING (tenant_id = app_tenant()) WITH CHECK (tenant_id = app_tenant());
CREATE POLICY own_replaced_token ON replaced_tokens FOR SELECT USING (token_hash = current_setting('app.token_hash', true));
GRANT SELECT, INSERT ON replaced_tokens TO countersign_app;

DO $$
DECLARE t record;
BEGIN
  FOR t IN SELECT id FROM tenants LOOP
    PERFORM set_config('app.tenant_id', t.id::text, true);
    INSERT INTO replaced_tokens (tenant_id, token_hash, session_id, replaced_at)
      SELECT tenant_id, previous_token_hash, id, rotated_at FROM user_sessions WHERE tenant_id = t.id AND previous_token_hash IS NOT NULL;
  END LOOP;
  PERFORM set_config('app.tenant_id', '', true);
END $$;

DROP POLICY own_previous_token ON user_sessions;
ALTER TABLE user_sessions DROP COLUMN previous_token_hash, DROP COLUMN rotated_at;

-- Whose a token was that lets nobody in: with the session that lives on for it, a minute after it was replaced by another of
-- that session's own or by a session in another tenant. What was under way then has ended. A row without a session where none
-- lives on or the minute is not over; no row where it never was anybody's.
CREATE OR REPLACE FUNCTION reused_session(hash text)
  RETURNS TABLE (tenant_id uuid, session_id uuid)
  LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  r replaced_tokens;
  s user_sessions;
  gone timestamptz;
BEGIN
  PERFORM set_config('app.token_hash', hash, true);
  SELECT t.* INTO r FROM replaced_tokens t WHERE t.token_hash = hash;
  IF FOUND THEN
    PERFORM set_config('app.tenant_id', r.tenant_id::text, true);
    SELECT u.* INTO s FROM user_sessions u WHERE u.tenant_id = r.tenant_id AND u.id = r.session_id;
    gone := r.replaced_at;
  ELSE
    SELECT u.* INTO s FROM user_sessions u WHERE u.token_hash = hash;
    IF NOT FOUND THEN RETURN; END IF;
    gone := s.ended_at;
  END IF;
  IF gone < clock_timestamp() - interval '60 seconds' THEN
    IF s.status = 'ACTIVE' THEN
      RETURN QUERY SELECT s.tenant_id, s.id;
      RETURN;
    END IF;
    PERFORM set_config('app.session_family', coalesce(s.family_id, s.id)::text, true);
    RETURN QUERY SELECT u.tenant_id, u.id FROM user_sessions u
      WHERE u.family_id = coalesce(s.family_id, s.id) AND u.status = 'ACTIVE';
    IF FOUND THEN RETURN; END IF;
  END IF;
  RETURN QUERY SELECT s.tenant_id, NULL::uuid;
END $$;
