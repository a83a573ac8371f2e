-- How often somebody asked at a door in a minute, of all processes together. A key is a hash; nothing here outlives its
-- minutes, so a crash may lose it.
CREATE UNLOGGED TABLE rate_windows (
  key text NOT NULL,
  slot bigint NOT NULL,
  used integer NOT NULL,
  PRIMARY KEY (key, slot)
);
CREATE INDEX rate_windows_slot ON rate_windows (slot);
GRANT SELECT, INSERT, UPDATE, DELETE ON rate_windows TO countersign_app;
