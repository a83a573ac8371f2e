-- Who is frozen by their owner's word is let in nowhere, as who is blocked: the past knows both. What is frozen already is
-- known from then on, or from the block that stands since; what was frozen and lifted before is not.
ALTER TABLE people_history ADD COLUMN frozen boolean NOT NULL DEFAULT false;
ALTER TABLE people_history ALTER COLUMN frozen DROP DEFAULT;
INSERT INTO people_history (at, person_id, blocked, frozen)
  SELECT greatest(frozen_at, disabled_at), id, disabled_at IS NOT NULL, true FROM people WHERE frozen_at IS NOT NULL;

DROP TRIGGER people_record_blocked ON people;
DROP FUNCTION record_blocked();
CREATE FUNCTION record_admission() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO people_history (person_id, blocked, frozen) VALUES (NEW.id, NEW.disabled_at IS NOT NULL, NEW.frozen_at IS NOT NULL);
  RETURN NULL;
END $$;
CREATE TRIGGER people_record_admission AFTER UPDATE OF disabled_at, frozen_at ON people FOR EACH ROW
  WHEN ((OLD.disabled_at IS NULL, OLD.frozen_at IS NULL) IS DISTINCT FROM (NEW.disabled_at IS NULL, NEW.frozen_at IS NULL))
  EXECUTE FUNCTION record_admission();
