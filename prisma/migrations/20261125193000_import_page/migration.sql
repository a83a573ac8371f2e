-- The import page: a person uploads a file, maps its columns, sees it checked and lets it be submitted; the worker does what takes long.
ALTER TABLE imports DROP CONSTRAINT imports_state_check, DROP CONSTRAINT imports_tenant_id_source_hash_key;
ALTER TABLE imports
  ALTER COLUMN source_hash DROP NOT NULL, -- until the columns are mapped
  ADD CONSTRAINT imports_state_check CHECK (state IN ('UPLOADING', 'DRAFT', 'STAGING', 'CHECKED', 'STAGED', 'SUBMITTED', 'REFUSED', 'STOPPED', 'FAILED')),
  ADD COLUMN version integer NOT NULL DEFAULT 1,
  ADD COLUMN person_id uuid REFERENCES people (id), -- whose it is; nobody's: the command line's
  ADD COLUMN within_id uuid, -- what their session was narrowed to
  ADD COLUMN bytes integer NOT NULL DEFAULT 0,
  ADD COLUMN lines integer NOT NULL DEFAULT 0, -- of the file, at most
  ADD COLUMN line integer NOT NULL DEFAULT 0, -- up to which the rows are staged
  ADD COLUMN file_hash text,
  ADD COLUMN header jsonb,
  ADD COLUMN delimiter text,
  ADD COLUMN map json, -- as it was written: the order of its details is a reader's
  ADD COLUMN foreseen integer NOT NULL DEFAULT 0, -- good rows that an approval had come from when they were checked
  ADD COLUMN code text, -- why it failed
  ADD COLUMN facts jsonb,
  ADD COLUMN fence integer NOT NULL DEFAULT 0,
  ADD COLUMN leased_until timestamptz(3),
  ADD COLUMN request_id text,
  ADD COLUMN correlation_id text,
  ADD COLUMN ended_at timestamptz(3),
  ADD FOREIGN KEY (tenant_id, within_id) REFERENCES scopes (tenant_id, id),
  ADD CHECK ((state = 'FAILED') = (code IS NOT NULL)),
  ADD CHECK (person_id IS NOT NULL OR state IN ('STAGING', 'STAGED', 'SUBMITTED', 'REFUSED'));
-- The same file with the same map is one import of the command line; a person's are each their own, and their rows are known by their keys.
CREATE UNIQUE INDEX imports_source ON imports (tenant_id, source_hash) WHERE person_id IS NULL;
CREATE INDEX imports_running ON imports (tenant_id, id) WHERE state IN ('STAGING', 'STAGED') AND person_id IS NOT NULL;

-- An uploaded file, in pieces that every process reads; gone when the import is over, or after a day.
CREATE TABLE import_chunks (
  tenant_id uuid NOT NULL,
  import_id uuid NOT NULL,
  number integer NOT NULL CHECK (number >= 0),
  bytes bytea NOT NULL CHECK (octet_length(bytes) BETWEEN 1 AND 1048576),
  PRIMARY KEY (tenant_id, import_id, number),
  FOREIGN KEY (tenant_id, import_id) REFERENCES imports (tenant_id, id) ON DELETE CASCADE
);

-- What an import brought: a table of its own, so that no decision pays for it.
CREATE TABLE import_approvals (
  tenant_id uuid NOT NULL,
  import_id uuid NOT NULL,
  approval_id uuid NOT NULL,
  PRIMARY KEY (tenant_id, import_id, approval_id),
  FOREIGN KEY (tenant_id, import_id) REFERENCES imports (tenant_id, id) ON DELETE CASCADE,
  FOREIGN KEY (tenant_id, approval_id) REFERENCES approvals (tenant_id, id)
);

DO $$
DECLARE t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['import_chunks', 'import_approvals'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
    EXECUTE format('CREATE POLICY tenant_wall ON %I USING (tenant_id = app_tenant()) WITH CHECK (tenant_id = app_tenant())', t);
  END LOOP;
END $$;

GRANT SELECT, INSERT ON import_chunks, import_approvals TO countersign_app;
GRANT DELETE ON import_chunks TO countersign_app;
