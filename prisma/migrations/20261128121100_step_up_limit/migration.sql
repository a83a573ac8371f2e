-- A tenant says itself above how many a set is decided only after a proof. Tenants are read by all of the program, and
-- changed by nobody but from within them. Not forced: the owner, who seeds and repairs, is outside the wall here.
ALTER TABLE tenants ENABLE ROW LEVEL SECURITY;
CREATE POLICY read_by_all ON tenants FOR SELECT USING (true);
CREATE POLICY made_by_all ON tenants FOR INSERT WITH CHECK (true);
CREATE POLICY changed_from_within ON tenants FOR UPDATE USING (id = app_tenant()) WITH CHECK (id = app_tenant());
GRANT UPDATE (step_up_bulk) ON tenants TO countersign_app;
