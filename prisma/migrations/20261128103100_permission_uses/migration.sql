-- On which day somebody last did what a permission lets them: written at most once a day each, beside the work.
CREATE TABLE permission_uses (
  tenant_id uuid NOT NULL REFERENCES tenants (id),
  person_id uuid REFERENCES people (id),
  client_id uuid,
  subject_id uuid NOT NULL GENERATED ALWAYS AS (coalesce(person_id, client_id)) STORED,
  permission text NOT NULL CHECK (permission ~ '^[a-z]+:[a-z]+$'),
  last_used_on date NOT NULL, -- UTC
  PRIMARY KEY (tenant_id, subject_id, permission),
  FOREIGN KEY (tenant_id, client_id) REFERENCES service_clients (tenant_id, id),
  CHECK (num_nonnulls(person_id, client_id) = 1)
);

ALTER TABLE permission_uses ENABLE ROW LEVEL SECURITY;
ALTER TABLE permission_uses FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_wall ON permission_uses USING (tenant_id = app_tenant()) WITH CHECK (tenant_id = app_tenant());
GRANT SELECT, INSERT ON permission_uses TO countersign_app;
GRANT UPDATE (last_used_on) ON permission_uses TO countersign_app;

-- Since when uses are kept: what was used before that is not known.
ALTER TABLE access_revisions ADD COLUMN uses_since date NOT NULL DEFAULT (clock_timestamp() AT TIME ZONE 'UTC')::date;
