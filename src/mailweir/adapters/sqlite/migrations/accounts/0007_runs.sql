-- Addresses that are lent for a while, for the tests of one job.

-- tag: what the addresses have in common. owner: whose limit it counts for. account: null for nobody's. freed: when
-- it ended, null as long as nobody has ended it. cleared: whether its mail of then is gone. number: the change that brought the row into this state.
CREATE TABLE run (
  tag       TEXT    PRIMARY KEY,
  id        TEXT    NOT NULL UNIQUE,
  host      TEXT    NOT NULL,
  owner     TEXT    NOT NULL,
  account   TEXT,
  name      TEXT    NOT NULL,
  addresses INTEGER NOT NULL,
  created   INTEGER NOT NULL,
  expires   INTEGER NOT NULL,
  freed     INTEGER,
  cleared   INTEGER NOT NULL DEFAULT 0,
  number    INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX run_owner ON run (owner);
CREATE INDEX run_account ON run (account, created);
CREATE INDEX run_running ON run (expires) WHERE freed IS NULL;
CREATE INDEX run_freed ON run (freed) WHERE freed IS NOT NULL;
CREATE INDEX run_uncleared ON run (freed) WHERE freed IS NOT NULL AND NOT cleared;
CREATE INDEX run_number ON run (number);

-- Tags that are no run's any more.
ALTER TABLE gone ADD COLUMN tag TEXT;
