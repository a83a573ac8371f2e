-- What a policy version asks of a payload. json and not jsonb: the order of its fields is the order of the form.
ALTER TABLE policy_versions
  ADD COLUMN payload_schema json CHECK (json_typeof(payload_schema) = 'object' AND octet_length(payload_schema::text) <= 20480);
