-- For how many days an address keeps a message, and how many; null is as its account does.
ALTER TABLE address ADD COLUMN keep_days INTEGER;
ALTER TABLE address ADD COLUMN keep_messages INTEGER;
CREATE INDEX address_upkeep ON address (inbox) WHERE keep_days IS NOT NULL OR keep_messages IS NOT NULL;
