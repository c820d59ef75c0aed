-- Hosts that accounts claim, what keys are good for, and how accounts capture mail.

-- Many may claim a host; one holds it. held: since when, null as long as that was not proved. receives:
-- whether its mail comes here. number: the change that brought the row into this state.
CREATE TABLE domain (
  host     TEXT    NOT NULL,
  account  TEXT    NOT NULL,
  token    TEXT    NOT NULL,
  created  INTEGER NOT NULL,
  updated  INTEGER NOT NULL,
  held     INTEGER,
  private  INTEGER NOT NULL,
  receives INTEGER NOT NULL,
  errors   TEXT    NOT NULL,
  checked  INTEGER,
  number   INTEGER NOT NULL,
  PRIMARY KEY (host, account)
) WITHOUT ROWID;
CREATE UNIQUE INDEX domain_holder ON domain (host) WHERE held IS NOT NULL;
CREATE INDEX domain_account ON domain (account, host);
CREATE INDEX domain_checked ON domain (checked);
CREATE INDEX domain_number ON domain (number);

-- Hosts that are nobody's any more.
ALTER TABLE gone ADD COLUMN host TEXT;

-- expires, used: milliseconds since the epoch. place: an inbox or a host; null is everywhere.
ALTER TABLE key ADD COLUMN expires INTEGER;
ALTER TABLE key ADD COLUMN writes INTEGER NOT NULL DEFAULT 1;
ALTER TABLE key ADD COLUMN place TEXT;
ALTER TABLE key ADD COLUMN used INTEGER;

ALTER TABLE account ADD COLUMN capture_private INTEGER NOT NULL DEFAULT 0;
ALTER TABLE account ADD COLUMN number INTEGER NOT NULL DEFAULT 0;
