-- Roles that a tenant makes of its own: described, ordered by a version, and deleted when nobody holds them.
ALTER TABLE roles
  ADD COLUMN description text NOT NULL DEFAULT '' CHECK (length(description) <= 500),
  ADD COLUMN version integer NOT NULL DEFAULT 1;
GRANT DELETE ON roles TO countersign_app;

-- Who holds a role is asked before it is changed, and shown beside it.
CREATE INDEX assignments_role ON assignments (tenant_id, role_id);

-- An invitation that has ended forgets a role that is deleted.
GRANT UPDATE (role_id, scope_id) ON invitations TO countersign_app;
