-- What each built-in role has been given so far: a permission that a version adds is given once to every tenant,
-- and one that a tenant took away stays away.
CREATE TABLE role_catalogue (
  role_code text NOT NULL,
  permission text NOT NULL,
  PRIMARY KEY (role_code, permission)
);

INSERT INTO role_catalogue (role_code, permission)
SELECT r.code, p FROM (VALUES
  ('administrator', ARRAY['approvals:read', 'approvals:submit', 'approvals:decide', 'approvals:confirm', 'approvals:cancel',
    'imports:run', 'policies:write', 'access:write', 'people:write', 'audit:read']),
  ('decider', ARRAY['approvals:read', 'approvals:submit', 'approvals:decide']),
  ('confirmer', ARRAY['approvals:read', 'approvals:submit', 'approvals:decide', 'approvals:confirm']),
  ('reader', ARRAY['approvals:read']),
  ('service', ARRAY['approvals:read', 'approvals:submit', 'approvals:decide'])
) AS r (code, permissions), unnest(r.permissions) AS p;
