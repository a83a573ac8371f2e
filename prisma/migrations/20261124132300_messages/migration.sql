-- Messages: what is sent to people, as it was written, and every attempt at sending it.
CREATE TABLE messages (
  tenant_id uuid NOT NULL REFERENCES tenants (id),
  id uuid NOT NULL,
  scope_id uuid NOT NULL, -- where what it is about hangs; the root for what is about the tenant
  template text NOT NULL CHECK (template ~ '^[a-z][A-Za-z]{0,39}$'),
  language text NOT NULL CHECK (language IN ('en', 'es')),
  to_email text NOT NULL CHECK (to_email = lower(to_email)),
  to_person_id uuid REFERENCES people (id),
  subject text NOT NULL,
  html text NOT NULL, -- with placeholders where one-time links go
  text text NOT NULL,
  status text NOT NULL DEFAULT 'QUEUED' CHECK (status IN ('QUEUED', 'SENDING', 'SENT', 'CAPTURED', 'DEAD')),
  attempts smallint NOT NULL DEFAULT 0 CHECK (attempts >= 0),
  version integer NOT NULL DEFAULT 1,
  fence integer NOT NULL DEFAULT 0,
  leased_until timestamptz(3),
  provider text CHECK (provider IN ('RESEND', 'SMTP', 'CAPTURE')),
  provider_message_id text,
  last_error text,
  target_type text,
  target_id uuid,
  resends_id uuid, -- the message that this one sends again
  has_secret boolean NOT NULL DEFAULT false,
  person_id uuid REFERENCES people (id), -- who had it sent; neither: the program itself
  client_id uuid,
  request_id text NOT NULL,
  correlation_id text NOT NULL,
  created_at timestamptz(3) NOT NULL,
  updated_at timestamptz(3) NOT NULL,
  sent_at timestamptz(3),
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, scope_id) REFERENCES scopes (tenant_id, id),
  FOREIGN KEY (tenant_id, resends_id) REFERENCES messages (tenant_id, id),
  FOREIGN KEY (tenant_id, client_id) REFERENCES service_clients (tenant_id, id),
  CHECK ((target_type IS NULL) = (target_id IS NULL)),
  CHECK ((status = 'SENT') = (sent_at IS NOT NULL)),
  CHECK ((status = 'SENDING') = (leased_until IS NOT NULL))
);
CREATE INDEX messages_status ON messages (tenant_id, status, id);
CREATE INDEX messages_target ON messages (tenant_id, target_id, template, to_person_id, created_at);

CREATE TABLE message_attempts (
  tenant_id uuid NOT NULL,
  message_id uuid NOT NULL,
  number smallint NOT NULL CHECK (number >= 1),
  provider text NOT NULL CHECK (provider IN ('RESEND', 'SMTP', 'CAPTURE')),
  outcome text NOT NULL CHECK (outcome IN ('SENT', 'CAPTURED', 'RETRY', 'REFUSED')),
  error text,
  started_at timestamptz(3) NOT NULL,
  ended_at timestamptz(3) NOT NULL,
  PRIMARY KEY (tenant_id, message_id, number),
  FOREIGN KEY (tenant_id, message_id) REFERENCES messages (tenant_id, id)
);

-- What goes into a placeholder, sealed; removed when the message is sent, dead or a week old.
CREATE TABLE message_secrets (
  tenant_id uuid NOT NULL,
  message_id uuid NOT NULL,
  name text NOT NULL CHECK (name ~ '^[a-z]{1,20}$'),
  sealed bytea NOT NULL,
  created_at timestamptz(3) NOT NULL,
  PRIMARY KEY (tenant_id, message_id, name),
  FOREIGN KEY (tenant_id, message_id) REFERENCES messages (tenant_id, id)
);
CREATE INDEX message_secrets_created ON message_secrets (tenant_id, created_at);

DO $$
DECLARE t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['messages', 'message_attempts', 'message_secrets'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
    EXECUTE format('CREATE POLICY tenant_wall ON %I USING (tenant_id = app_tenant()) WITH CHECK (tenant_id = app_tenant())', t);
  END LOOP;
END $$;

GRANT SELECT, INSERT ON messages, message_attempts, message_secrets TO countersign_app;
GRANT UPDATE (status, attempts, version, fence, leased_until, provider, provider_message_id, last_error, updated_at, sent_at) ON messages TO countersign_app;
GRANT DELETE ON message_secrets TO countersign_app;
