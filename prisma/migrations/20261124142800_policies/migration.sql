-- Conditions, due dates and expiry: what a version says, who made it, and what it came to for each approval.
ALTER TABLE policy_versions
  ADD COLUMN name text,
  ADD COLUMN due_after_hours integer CHECK (due_after_hours BETWEEN 1 AND 87600),
  ADD COLUMN expires_after_hours integer CHECK (expires_after_hours BETWEEN 0 AND 87600),
  ADD COLUMN person_id uuid REFERENCES people (id), -- who made it; the program itself where both are null
  ADD COLUMN client_id uuid,
  ADD FOREIGN KEY (tenant_id, client_id) REFERENCES service_clients (tenant_id, id),
  ADD CHECK (num_nonnulls(person_id, client_id) <= 1);

-- The name is part of a version from now on. Row-level security binds the owner too: tenant by tenant.
DO $$
DECLARE t uuid;
BEGIN
  FOR t IN SELECT id FROM tenants LOOP
    PERFORM set_config('app.tenant_id', t::text, true);
    UPDATE policy_versions v SET name = p.name FROM policies p WHERE v.tenant_id = t AND p.tenant_id = t AND p.id = v.policy_id;
  END LOOP;
END $$;
ALTER TABLE policy_versions ALTER COLUMN name SET NOT NULL;

-- Evaluated once per revision, so that deciding reads indices only. Empty: every stage of the version, as for all rows so far.
ALTER TABLE approvals
  ADD COLUMN stages smallint[] NOT NULL DEFAULT '{}',
  ADD COLUMN unevaluated_stages smallint[] NOT NULL DEFAULT '{}', -- of these: the condition had no answer
  ADD COLUMN due_given boolean NOT NULL DEFAULT false, -- by the policy, not by the sender
  ADD COLUMN expires_at timestamptz(3);
CREATE INDEX approvals_expires ON approvals (tenant_id, expires_at) WHERE expires_at IS NOT NULL AND state IN ('PENDING', 'CHANGES_REQUESTED');
CREATE INDEX approvals_due ON approvals (tenant_id, due_at) WHERE due_at IS NOT NULL AND state IN ('PENDING', 'CHANGES_REQUESTED');
