-- Without a language of their own people are spoken to as their browser asks. Until now nobody could choose: what
-- stands there is the old default.
ALTER TABLE people ALTER COLUMN locale DROP NOT NULL, ALTER COLUMN locale DROP DEFAULT;
UPDATE people SET locale = NULL WHERE locale = 'en' OR locale NOT IN ('en', 'es');
ALTER TABLE people ADD CONSTRAINT people_locale_check CHECK (locale IN ('en', 'es'));
