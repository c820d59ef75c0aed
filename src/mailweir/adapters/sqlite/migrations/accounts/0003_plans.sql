-- Plans that the operator has made or changed, who is on which, and what was used.
CREATE TABLE plan (
  name       TEXT    PRIMARY KEY,
  operations INTEGER NOT NULL,
  addresses  INTEGER NOT NULL,
  domains    INTEGER NOT NULL,
  messages   INTEGER NOT NULL,
  number     INTEGER NOT NULL
) WITHOUT ROWID;

ALTER TABLE account ADD COLUMN plan TEXT NOT NULL DEFAULT 'unlimited';

-- month: such as 202611, in UTC.
CREATE TABLE usage (
  month      INTEGER NOT NULL,
  account    TEXT    NOT NULL,
  operations INTEGER NOT NULL,
  PRIMARY KEY (month, account)
) WITHOUT ROWID;
