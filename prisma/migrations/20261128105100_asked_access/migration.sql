-- An assignment that was asked for and approved names the approval; one approval gives at most one.
ALTER TABLE assignments ADD COLUMN approval_id uuid;
ALTER TABLE assignments ADD FOREIGN KEY (tenant_id, approval_id) REFERENCES approvals (tenant_id, id);
CREATE UNIQUE INDEX assignments_approval ON assignments (tenant_id, approval_id) WHERE approval_id IS NOT NULL;

-- What somebody has asked for themselves, the newest first.
CREATE INDEX approvals_asked ON approvals (tenant_id, submitter_person_id, id) WHERE type = 'access_grant';
