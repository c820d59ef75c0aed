-- People who have signed in. digest: SHA-256 of the token in their cookie. key: the digest of the key that they did
-- it by: without that one the session is none.
CREATE TABLE session (
  digest  BLOB    PRIMARY KEY,
  key     BLOB    NOT NULL,
  expires INTEGER NOT NULL,
  number  INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX session_key ON session (key, expires);
CREATE INDEX session_expires ON session (expires);
CREATE INDEX session_number ON session (number);
