-- Who may run the installation. Of no tenant, and good for nothing inside one: these permissions are none of a role.
CREATE TABLE platform_assignments (
  person_id uuid NOT NULL REFERENCES people (id),
  permission text NOT NULL CHECK (permission ~ '^platform:[a-z]+$'),
  granted_by uuid REFERENCES people (id), -- null: whoever has the command line
  granted_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (person_id, permission)
);
GRANT SELECT, INSERT, DELETE ON platform_assignments TO countersign_app;
ALTER TABLE role_permissions ADD CONSTRAINT role_permissions_of_tenants CHECK (permission NOT LIKE 'platform:%');
