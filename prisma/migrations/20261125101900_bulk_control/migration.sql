-- Bulks that pause, that give up what fails every time, that are retried, and whose every change has a number.
ALTER TABLE bulks DROP CONSTRAINT bulks_state_check;
ALTER TABLE bulks
  ADD CONSTRAINT bulks_state_check CHECK (state IN ('DRAFT', 'RUNNING', 'PAUSED', 'DONE', 'CANCELLED')),
  ADD COLUMN version integer NOT NULL DEFAULT 0, -- how many events it has had; a draft has none
  ADD COLUMN scope_ids uuid[] NOT NULL DEFAULT '{}', -- where its items hang, each once: who may see and stop it
  ADD COLUMN attempts smallint NOT NULL DEFAULT 0 CHECK (attempts >= 0), -- claims since its last commit
  ADD COLUMN singly smallint NOT NULL DEFAULT 0 CHECK (singly >= 0), -- so many of the next items are taken one by one
  ADD COLUMN steered_at timestamptz(3), -- when it was paused or cancelled, and by whom
  ADD COLUMN steered_person_id uuid REFERENCES people (id),
  ADD COLUMN steered_client_id uuid,
  ADD COLUMN paused_ms bigint NOT NULL DEFAULT 0 CHECK (paused_ms >= 0), -- of pauses that are over
  ADD COLUMN retries_id uuid, -- the bulk whose failed items it takes up
  ADD FOREIGN KEY (tenant_id, steered_client_id) REFERENCES service_clients (tenant_id, id),
  ADD FOREIGN KEY (tenant_id, retries_id) REFERENCES bulks (tenant_id, id),
  ADD CHECK (num_nonnulls(steered_person_id, steered_client_id) <= 1),
  ADD CHECK (state <> 'PAUSED' OR (steered_at IS NOT NULL AND leased_until IS NULL));
CREATE INDEX bulks_retries ON bulks (tenant_id, retries_id, id) WHERE retries_id IS NOT NULL;

-- What happened before was numbered by hand: 1 for the start, 2 for the end. An empty one had no end of its own.
DO $$
DECLARE t uuid;
BEGIN
  FOR t IN SELECT id FROM tenants LOOP
    PERFORM set_config('app.tenant_id', t::text, true);
    UPDATE bulks b SET
      version = CASE WHEN started_at IS NULL THEN 0 WHEN state = 'RUNNING' OR total = 0 THEN 1 ELSE 2 END,
      scope_ids = ARRAY(SELECT DISTINCT a.scope_id FROM bulk_items i JOIN approvals a ON a.tenant_id = i.tenant_id AND a.id = i.approval_id
        WHERE i.tenant_id = t AND i.bulk_id = b.id ORDER BY 1)
    WHERE tenant_id = t;
  END LOOP;
END $$;
