-- Which sessions somebody was told that they are about to end: these end, however they are used meanwhile, and no others.
CREATE TABLE session_sets (
  tenant_id uuid NOT NULL REFERENCES tenants (id),
  id uuid NOT NULL,
  person_id uuid NOT NULL REFERENCES people (id),
  session_ids uuid[] NOT NULL CHECK (cardinality(session_ids) <= 100000),
  created_at timestamptz(3) NOT NULL,
  PRIMARY KEY (tenant_id, id)
);
ALTER TABLE session_sets ENABLE ROW LEVEL SECURITY;
ALTER TABLE session_sets FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_wall ON session_sets USING (tenant_id = app_tenant()) WITH CHECK (tenant_id = app_tenant());
GRANT SELECT, INSERT, DELETE ON session_sets TO countersign_app;
