-- What the audit is narrowed by, each in the order of its pages: the newest id first.
-- Every operator here is leakproof, so that the indexes serve under row-level security too.
CREATE INDEX audit_logs_person ON audit_logs (tenant_id, person_id, id) WHERE person_id IS NOT NULL;
CREATE INDEX audit_logs_client ON audit_logs (tenant_id, client_id, id) WHERE client_id IS NOT NULL;
CREATE INDEX audit_logs_action ON audit_logs (tenant_id, action, id);
CREATE INDEX audit_logs_request ON audit_logs (tenant_id, request_id, id);
CREATE INDEX audit_logs_correlation ON audit_logs (tenant_id, correlation_id, id);
-- Nearly all entries are changes of approvals: only the others are worth finding by their kind.
CREATE INDEX audit_logs_class ON audit_logs (tenant_id, class, id) WHERE class <> 'CHANGE';
CREATE INDEX audit_logs_target_type ON audit_logs (tenant_id, target_type, id) WHERE target_type <> 'approval';
