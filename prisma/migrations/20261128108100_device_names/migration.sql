-- The last session of a browser by its cookie: what its owner called it there, it is called in the next one.
ALTER TABLE known_devices ADD COLUMN session_id uuid;
GRANT UPDATE (session_id) ON known_devices TO countersign_app;
