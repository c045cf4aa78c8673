-- By which event a conversion came: so that it is known again whatever else happened in that millisecond.
ALTER TABLE conversions ADD COLUMN IF NOT EXISTS event_id UUID COMMENT 'its event' AFTER channel
