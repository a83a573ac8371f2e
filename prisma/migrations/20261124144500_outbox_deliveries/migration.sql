-- What follows an event: one row for each reaction that wants it, made by the worker's fan-out.
-- No foreign key to the event: fan-out reads it in the statement that writes here, and old months must stay droppable.
CREATE TABLE outbox_deliveries (
  tenant_id uuid NOT NULL,
  event_id uuid NOT NULL,
  reaction text NOT NULL CHECK (length(reaction) BETWEEN 1 AND 80),
  aggregate_type text NOT NULL,
  aggregate_id uuid NOT NULL,
  aggregate_version integer NOT NULL,
  status text NOT NULL DEFAULT 'PENDING' CHECK (status IN ('PENDING', 'PROCESSING', 'PUBLISHED', 'DEAD')),
  attempts smallint NOT NULL DEFAULT 0 CHECK (attempts >= 0),
  max_attempts smallint NOT NULL CHECK (max_attempts BETWEEN 1 AND 100),
  not_before timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  leased_until timestamptz(3),
  -- Moves with every claim: an outcome counts only under the fence of its claim.
  fence integer NOT NULL DEFAULT 0,
  last_error text CHECK (length(last_error) <= 2000),
  created_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  updated_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  published_at timestamptz(3),
  PRIMARY KEY (tenant_id, event_id, reaction),
  CHECK ((leased_until IS NOT NULL) = (status = 'PROCESSING')),
  CHECK ((published_at IS NOT NULL) = (status = 'PUBLISHED'))
) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02);
-- What is open, by reaction and tenant in the order of events; and what an aggregate waits for.
CREATE INDEX outbox_deliveries_open ON outbox_deliveries (reaction, tenant_id, event_id) WHERE status IN ('PENDING', 'PROCESSING');
CREATE INDEX outbox_deliveries_order ON outbox_deliveries (tenant_id, reaction, aggregate_id, aggregate_version) WHERE status IN ('PENDING', 'PROCESSING');
CREATE INDEX outbox_deliveries_dead ON outbox_deliveries (tenant_id, event_id) WHERE status = 'DEAD';
CREATE INDEX outbox_deliveries_published ON outbox_deliveries (published_at) WHERE status = 'PUBLISHED';

-- How far fan-out has come: all events up to here have their deliveries.
CREATE TABLE outbox_cursor (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  xid xid8 NOT NULL,
  id uuid NOT NULL
);
INSERT INTO outbox_cursor (xid, id) VALUES ('0', '00000000-0000-0000-0000-000000000000');

ALTER TABLE outbox_deliveries ENABLE ROW LEVEL SECURITY;
ALTER TABLE outbox_deliveries FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_wall ON outbox_deliveries USING (tenant_id = app_tenant()) WITH CHECK (tenant_id = app_tenant());
CREATE POLICY claimed_by_worker ON outbox_deliveries TO countersign_worker USING (true) WITH CHECK (true);

GRANT SELECT ON outbox_deliveries TO countersign_app;
-- A dead one is set free again by hand.
GRANT UPDATE (status, not_before, max_attempts, updated_at) ON outbox_deliveries TO countersign_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON outbox_deliveries TO countersign_worker;
GRANT SELECT, UPDATE ON outbox_cursor TO countersign_worker;

-- By request and by chain of requests, as they are looked up when something is traced.
CREATE INDEX outbox_events_request ON outbox_events (tenant_id, request_id, id);
CREATE INDEX outbox_events_correlation ON outbox_events (tenant_id, correlation_id, id);
