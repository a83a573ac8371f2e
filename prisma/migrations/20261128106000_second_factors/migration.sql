-- What people prove themselves with beside a password. People are of no tenant, and so is this.
CREATE TABLE totp_factors (
  person_id uuid PRIMARY KEY REFERENCES people (id),
  sealed_secret bytea NOT NULL,
  last_step bigint NOT NULL DEFAULT 0, -- of the newest code that was taken: none at or before it is taken again
  created_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  confirmed_at timestamptz(3)
);

CREATE TABLE recovery_codes (
  person_id uuid NOT NULL REFERENCES people (id),
  code_hash text NOT NULL CHECK (length(code_hash) = 64),
  created_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  used_at timestamptz(3),
  PRIMARY KEY (person_id, code_hash)
);

CREATE TABLE passkeys (
  id uuid PRIMARY KEY,
  person_id uuid NOT NULL REFERENCES people (id),
  credential_id text NOT NULL UNIQUE CHECK (length(credential_id) BETWEEN 1 AND 1400),
  public_key bytea NOT NULL,
  counter bigint NOT NULL CHECK (counter >= 0),
  transports text[] NOT NULL,
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 60),
  created_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  last_used_at timestamptz(3)
);
CREATE INDEX passkeys_person ON passkeys (person_id);

-- What a browser was asked and has not answered yet; the database knows the SHA-256 of it.
CREATE TABLE identity_challenges (
  challenge_hash text PRIMARY KEY CHECK (length(challenge_hash) = 64),
  purpose text NOT NULL CHECK (purpose IN ('SECOND_STEP', 'SIGN_IN', 'STEP_UP', 'REGISTER')),
  person_id uuid REFERENCES people (id),
  session_id uuid,
  changed_at timestamptz(3), -- of the password that was right
  source text NOT NULL,
  tries integer NOT NULL DEFAULT 0,
  expires_at timestamptz(3) NOT NULL,
  CHECK ((purpose = 'SECOND_STEP') = (changed_at IS NOT NULL)),
  CHECK ((purpose = 'SIGN_IN') = (person_id IS NULL)),
  CHECK ((purpose IN ('STEP_UP', 'REGISTER')) = (session_id IS NOT NULL))
);
CREATE INDEX identity_challenges_expires ON identity_challenges (expires_at);

-- A bulk over more is started after a recent proof of who starts it.
ALTER TABLE tenants ADD COLUMN step_up_bulk integer NOT NULL DEFAULT 1000 CHECK (step_up_bulk >= 0);

GRANT SELECT, INSERT, DELETE ON totp_factors, recovery_codes, passkeys, identity_challenges TO countersign_app;
GRANT UPDATE ON totp_factors TO countersign_app;
GRANT UPDATE (used_at) ON recovery_codes TO countersign_app;
GRANT UPDATE (counter, last_used_at) ON passkeys TO countersign_app;
GRANT UPDATE (tries) ON identity_challenges TO countersign_app;
