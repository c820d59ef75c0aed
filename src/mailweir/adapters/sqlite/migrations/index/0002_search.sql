-- The index of words. Nothing is released yet, so messages that have a digest without being in it are
-- simply read once more: `undigested` gives them out again.
DELETE FROM digest;
DELETE FROM touched;
UPDATE progress SET digested = 0;

-- rowid: the id of the message in `intake.db`. Contentless: words and places, no text; a removed row is
-- struck out. marks holds no text but words of ours, which make every condition but the time of coming a
-- part of one MATCH: `all` in every row, what the message has, and hashes of its header values and inboxes.
CREATE VIRTUAL TABLE search USING fts5 (
  subject, sender, recipient, copied, body, attachment, marks,
  content = '',
  contentless_delete = 1,
  tokenize = 'unicode61 remove_diacritics 2'
);
-- Merging half as often as by default writes less, and a reader has twice as many places to look at.
INSERT INTO search (search, rank) VALUES ('automerge', 8);

-- When the messages from number * 1024 on came, those that are gone included: the earliest and the latest.
CREATE TABLE era (
  number   INTEGER PRIMARY KEY,
  earliest INTEGER NOT NULL,
  latest   INTEGER NOT NULL
);
