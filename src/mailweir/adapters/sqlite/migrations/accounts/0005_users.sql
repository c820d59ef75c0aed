-- The people under an account, what they sign in by, and what was done to the account.

-- password: a hash in the PHC string format; null as long as there is none. credential: what sessions are begun by;
-- random, and another one with each password. totp: base32. identity: what the OpenID provider calls him.
-- step: the last time step whose one-time code was used.
-- number: the change that brought the row into this state.
CREATE TABLE user (
  account    TEXT    NOT NULL,
  name       TEXT    NOT NULL,
  role       TEXT    NOT NULL,
  created    INTEGER NOT NULL,
  credential BLOB    NOT NULL UNIQUE,
  password   TEXT,
  totp       TEXT,
  elevates   INTEGER NOT NULL,
  mail       TEXT,
  identity   TEXT    UNIQUE,
  step       INTEGER NOT NULL DEFAULT 0,
  number     INTEGER NOT NULL,
  PRIMARY KEY (account, name)
) WITHOUT ROWID;
CREATE INDEX user_number ON user (number);

-- digest: SHA-256 of a recovery code, which is of use once.
CREATE TABLE recovery (
  account TEXT NOT NULL,
  name    TEXT NOT NULL,
  digest  BLOB NOT NULL,
  PRIMARY KEY (account, name, digest)
) WITHOUT ROWID;

-- Links to a new password. digest: SHA-256 of the token, which is of use once.
CREATE TABLE reset (
  digest  BLOB    PRIMARY KEY,
  account TEXT    NOT NULL,
  name    TEXT    NOT NULL,
  expires INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX reset_user ON reset (account, name);

-- What was done to an account: the newest of each, and of each actor.
CREATE TABLE journal (
  number  INTEGER PRIMARY KEY AUTOINCREMENT,
  account TEXT    NOT NULL,
  at      INTEGER NOT NULL,
  actor   TEXT    NOT NULL,
  act     TEXT    NOT NULL,
  what    TEXT    NOT NULL,
  ip      TEXT    NOT NULL
);
CREATE INDEX journal_account ON journal (account, number);
CREATE INDEX journal_actor ON journal (account, actor, number);

ALTER TABLE key ADD COLUMN manages INTEGER NOT NULL DEFAULT 1;
ALTER TABLE session ADD COLUMN elevated INTEGER NOT NULL DEFAULT 0;
ALTER TABLE session ADD COLUMN created INTEGER NOT NULL DEFAULT 0;
