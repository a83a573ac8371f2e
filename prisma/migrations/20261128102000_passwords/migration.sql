-- Passwords that are asked for anew, devices that were seen before, and accounts that their owner froze.

ALTER TABLE people ADD COLUMN frozen_at timestamptz(3); -- by its owner's word; a new password lifts it

-- Devices by the SHA-256 of a cookie. A device is a person's in all of their tenants, and is looked up before any tenant is known.
CREATE TABLE known_devices (
  person_id uuid NOT NULL REFERENCES people (id),
  device_hash text NOT NULL CHECK (length(device_hash) = 64),
  browser text NOT NULL,
  os text NOT NULL,
  source text NOT NULL, -- the address, of IPv6 its network
  first_seen_at timestamptz(3) NOT NULL,
  last_seen_at timestamptz(3) NOT NULL,
  PRIMARY KEY (person_id, device_hash)
);
CREATE INDEX known_devices_hash ON known_devices (device_hash);

-- Resets that were asked for, for addresses known and unknown alike: the worker looks who it is, behind the answer.
CREATE TABLE reset_requests (
  id uuid PRIMARY KEY,
  account text NOT NULL,
  language text NOT NULL CHECK (language IN ('en', 'es')),
  address text NOT NULL,
  request_id text NOT NULL,
  requested_at timestamptz(3) NOT NULL,
  handled_at timestamptz(3)
);
CREATE INDEX reset_requests_account ON reset_requests (account, requested_at);
CREATE INDEX reset_requests_open ON reset_requests (requested_at) WHERE handled_at IS NULL;

-- What was mailed to a person about their account; the database knows the SHA-256 of the token. It stands in the tenant that
-- their sign-in opens in, as the message does.
CREATE TABLE account_links (
  tenant_id uuid NOT NULL REFERENCES tenants (id),
  id uuid NOT NULL,
  person_id uuid NOT NULL REFERENCES people (id),
  purpose text NOT NULL CHECK (purpose IN ('RESET', 'NOT_ME')),
  session_id uuid, -- the sign-in that is doubted
  token_hash text NOT NULL CHECK (length(token_hash) = 64),
  status text NOT NULL DEFAULT 'OPEN' CHECK (status IN ('OPEN', 'USED', 'ENDED')),
  created_at timestamptz(3) NOT NULL,
  expires_at timestamptz(3) NOT NULL,
  ended_at timestamptz(3),
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, token_hash),
  FOREIGN KEY (tenant_id, session_id) REFERENCES user_sessions (tenant_id, id),
  CHECK ((purpose = 'NOT_ME') = (session_id IS NOT NULL)),
  CHECK ((status = 'OPEN') = (ended_at IS NULL))
);
CREATE INDEX account_links_token ON account_links (token_hash);
CREATE INDEX account_links_person ON account_links (tenant_id, person_id, status);
CREATE INDEX account_links_created ON account_links (tenant_id, created_at);

ALTER TABLE account_links ENABLE ROW LEVEL SECURITY;
ALTER TABLE account_links FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_wall ON account_links USING (tenant_id = app_tenant()) WITH CHECK (tenant_id = app_tenant());
CREATE POLICY own_link ON account_links FOR SELECT USING (token_hash = current_setting('app.token_hash', true));

GRANT SELECT, INSERT, DELETE ON account_links, known_devices, reset_requests TO countersign_app;
GRANT UPDATE (status, ended_at) ON account_links TO countersign_app;
GRANT UPDATE (device_hash, browser, os, source, last_seen_at) ON known_devices TO countersign_app;
GRANT UPDATE (handled_at) ON reset_requests TO countersign_app;
