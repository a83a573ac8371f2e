-- The path of a scope is its parent's and itself: whoever writes it, no scope is above itself, and a walk up ends (R10).
CREATE FUNCTION is_path(path uuid[], id uuid, parent_id uuid) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
  SELECT coalesce(array_ndims(path) = 1 AND array_lower(path, 1) = 1 AND path[cardinality(path)] = id
    AND path[cardinality(path) - 1] IS NOT DISTINCT FROM parent_id
    AND (SELECT count(DISTINCT step) FROM unnest(path) AS step) = cardinality(path), false)
$$;
ALTER TABLE scopes ADD CONSTRAINT scopes_path CHECK (is_path(path, id, parent_id)), DROP CONSTRAINT scopes_check1; -- which asked for its end alone

-- Two scopes that name one another would each pass that: what stands above is the path of the parent, which is shorter.
ALTER TABLE scopes ADD COLUMN path_above uuid[] GENERATED ALWAYS AS (path[1:cardinality(path) - 1]) STORED;
ALTER TABLE scopes ADD UNIQUE (tenant_id, id, path);
ALTER TABLE scopes ADD CONSTRAINT scopes_path_above FOREIGN KEY (tenant_id, parent_id, path_above) REFERENCES scopes (tenant_id, id, path);
