-- Accounts, their keys, and who owns which address.

-- Numbers every change that a directory has to learn of.
CREATE TABLE change (last INTEGER NOT NULL);
INSERT INTO change VALUES (0);

CREATE TABLE account (
  name    TEXT    PRIMARY KEY,
  created INTEGER NOT NULL
) WITHOUT ROWID;

-- Names that are not given again, since what such an account left behind must not fall to another one.
CREATE TABLE former (name TEXT PRIMARY KEY) WITHOUT ROWID;

-- digest: SHA-256 of the key, which nobody keeps. number: the change that brought the row.
CREATE TABLE key (
  digest  BLOB    PRIMARY KEY,
  account TEXT    NOT NULL,
  name    TEXT    NOT NULL,
  hint    TEXT    NOT NULL,
  created INTEGER NOT NULL,
  number  INTEGER NOT NULL,
  UNIQUE (account, name)
) WITHOUT ROWID;
CREATE INDEX key_number ON key (number);

CREATE TABLE address (
  inbox   TEXT    PRIMARY KEY,
  account TEXT    NOT NULL,
  info    TEXT    NOT NULL,
  created INTEGER NOT NULL,
  updated INTEGER NOT NULL,
  number  INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX address_account ON address (account, inbox);
CREATE INDEX address_number ON address (number);

-- Keys and addresses that are nobody's any more; the last 100,000 changes of them.
CREATE TABLE gone (
  number INTEGER PRIMARY KEY,
  digest BLOB,
  inbox  TEXT
);
