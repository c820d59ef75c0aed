-- Why mail was slowed, put off or refused. All of it may be lost.

-- inbox, host: null where nobody knew whom it was for. told: all of the explanation, as JSON.
CREATE TABLE explanation (
  number INTEGER PRIMARY KEY,
  at     INTEGER NOT NULL,
  inbox  TEXT,
  host   TEXT,
  code   TEXT    NOT NULL,
  rule   TEXT    NOT NULL,
  told   TEXT    NOT NULL
);
CREATE INDEX explanation_inbox ON explanation (inbox);
CREATE INDEX explanation_host ON explanation (host);
CREATE INDEX explanation_code ON explanation (code);
CREATE INDEX explanation_rule ON explanation (rule);
CREATE INDEX explanation_at ON explanation (at);
