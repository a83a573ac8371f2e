-- Tenants that are there already get the policy by which access is asked for, as new ones are made with it; not where they
-- have one of that type. Row-level security binds the owner too: tenant by tenant.
DO $$
DECLARE
  t uuid;
  p uuid;
BEGIN
  FOR t IN SELECT id FROM tenants LOOP
    PERFORM set_config('app.tenant_id', t::text, true);
    INSERT INTO policies (tenant_id, id, type, name)
      VALUES (t, overlay(gen_random_uuid()::text PLACING left(uuid_at(clock_timestamp())::text, 13) || '-7' FROM 1 FOR 15)::uuid, 'access_grant', 'Access on request')
      ON CONFLICT (tenant_id, type) DO NOTHING RETURNING id INTO p;
    IF FOUND THEN
      INSERT INTO policy_versions (tenant_id, id, policy_id, version, name, stages, effect, submitting_client_may_decide, due_after_hours, expires_after_hours, payload_schema)
        VALUES (t, overlay(gen_random_uuid()::text PLACING left(uuid_at(clock_timestamp())::text, 13) || '-7' FROM 1 FOR 15)::uuid, p, 1, 'Access on request',
          '[{"name": "Grant", "permission": "access:write", "needed": 1}]', 'grant', false, 72, 96,
          '{"type":"object","title":"Access","properties":{"role":{"type":"string","title":"Role","minLength":1,"maxLength":80},"permissions":{"type":"array","title":"What the role may","description":"All that it holds; a role that holds more by then is not given.","items":{"type":"string"},"maxItems":200},"hours":{"type":"integer","title":"For how many hours","description":"From the moment of the approval.","minimum":1,"maximum":2160},"reason":{"type":"string","title":"Why","minLength":1,"maxLength":500}},"required":["role","permissions","hours","reason"],"additionalProperties":false}');
    END IF;
  END LOOP;
END $$;
