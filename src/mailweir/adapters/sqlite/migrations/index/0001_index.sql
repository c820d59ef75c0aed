-- What was read out of messages; all of it can be made anew from `intake.db`.

-- message: the id of the message in `intake.db`. brief is what lists show, full is the whole digest
-- (MessagePack both; full: encoding 0 as it is, 1 zstd to `size` octets). full is last, so that lists never
-- read past what they show.
CREATE TABLE digest (
  message  INTEGER PRIMARY KEY,
  rules    INTEGER NOT NULL,
  state    TEXT    NOT NULL,
  brief    BLOB    NOT NULL,
  encoding INTEGER NOT NULL,
  size     INTEGER NOT NULL,
  full     BLOB    NOT NULL
);

-- digested: every message up to this id has a digest or is gone. last: numbers every change of an inbox
-- by a digest, and is never given twice.
CREATE TABLE progress (digested INTEGER NOT NULL, last INTEGER NOT NULL);
INSERT INTO progress VALUES (0, 0);

-- The latest such change of each inbox: the low part of its revision.
CREATE TABLE touched (
  inbox  TEXT    PRIMARY KEY,
  change INTEGER NOT NULL
) WITHOUT ROWID;
