-- What is said about a request beside its decisions: never changed, never removed.
CREATE TABLE approval_comments (
  tenant_id uuid NOT NULL,
  id uuid NOT NULL,
  approval_id uuid NOT NULL,
  revision integer NOT NULL, -- that stood when it was said
  comment text NOT NULL CHECK (comment <> '' AND length(comment) <= 4000),
  person_id uuid REFERENCES people (id), -- neither: the program itself
  client_id uuid,
  created_at timestamptz(3) NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, approval_id, revision) REFERENCES approval_revisions (tenant_id, approval_id, revision),
  FOREIGN KEY (tenant_id, client_id) REFERENCES service_clients (tenant_id, id),
  CHECK (num_nonnulls(person_id, client_id) <= 1)
);
CREATE INDEX approval_comments_approval ON approval_comments (tenant_id, approval_id, id);

ALTER TABLE approval_comments ENABLE ROW LEVEL SECURITY;
ALTER TABLE approval_comments FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_wall ON approval_comments USING (tenant_id = app_tenant()) WITH CHECK (tenant_id = app_tenant());
GRANT SELECT, INSERT ON approval_comments TO countersign_app;
