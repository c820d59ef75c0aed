-- The intake: whole messages, and one entry for each copy in an inbox.

-- Numbers every change of the store: the seq of entries and the revisions of inboxes come from
-- here, so both rise in commit order and are never given twice, whatever is deleted.
CREATE TABLE counter (last INTEGER NOT NULL);
INSERT INTO counter VALUES (0);

-- id: the seq of the message's first entry; its entries are id, id+1 … id+copies-1.
-- encoding: 0 raw as it is, 1 zstd. raw is last, so that lists never read past what they show.
CREATE TABLE message (
  id       INTEGER PRIMARY KEY,
  queue_id TEXT    NOT NULL UNIQUE,
  received INTEGER NOT NULL,
  copies   INTEGER NOT NULL,
  sender   TEXT,
  size     INTEGER NOT NULL,
  meta     BLOB    NOT NULL,
  encoding INTEGER NOT NULL,
  raw      BLOB    NOT NULL
);
CREATE INDEX message_received ON message (received);

CREATE TABLE entry (
  seq      INTEGER PRIMARY KEY,
  message  INTEGER NOT NULL,
  inbox    TEXT    NOT NULL,
  original TEXT    NOT NULL,
  position INTEGER NOT NULL
);
CREATE INDEX entry_inbox ON entry (inbox, seq);

-- The latest removal of each inbox; a delivery's revision is its seq, so that it writes nothing here.
CREATE TABLE changed (
  inbox    TEXT    PRIMARY KEY,
  revision INTEGER NOT NULL,
  at       INTEGER NOT NULL
) WITHOUT ROWID;

-- Messages whose last copy was removed while they were young: a replay must not bring them back.
CREATE TABLE gone (
  queue_id TEXT    PRIMARY KEY,
  at       INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX gone_at ON gone (at);
