-- Deliveries that ended are set free again by hand, and what is looked up about events, deliveries and chains.

-- Attempts only grow: a replay grants as many as there were in all before the first, and counts from here.
ALTER TABLE outbox_deliveries ADD COLUMN attempts_before smallint NOT NULL DEFAULT 0,
  ADD CHECK (attempts_before BETWEEN 0 AND attempts);
ALTER TABLE messages ADD COLUMN attempts_before smallint NOT NULL DEFAULT 0,
  ADD CHECK (attempts_before BETWEEN 0 AND attempts);
GRANT UPDATE (attempts_before, published_at) ON outbox_deliveries TO countersign_app;
GRANT UPDATE (attempts_before) ON messages TO countersign_app;
-- An event beyond it is still to be fanned out.
GRANT SELECT ON outbox_cursor TO countersign_app;

-- Per tenant and reaction: what died, the newest first; and what was published, the oldest first.
DROP INDEX outbox_deliveries_dead;
CREATE INDEX outbox_deliveries_dead ON outbox_deliveries (tenant_id, reaction, event_id) WHERE status = 'DEAD';
DROP INDEX outbox_deliveries_published;
CREATE INDEX outbox_deliveries_published ON outbox_deliveries (tenant_id, reaction, published_at) WHERE status = 'PUBLISHED';

CREATE INDEX outbox_events_aggregate ON outbox_events (tenant_id, aggregate_id, id);
CREATE INDEX messages_request ON messages (tenant_id, request_id, id);
CREATE INDEX messages_correlation ON messages (tenant_id, correlation_id, id);
