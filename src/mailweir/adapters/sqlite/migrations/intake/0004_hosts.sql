-- The host of each copy's inbox: what comes after the last @. A quoted local part may hold more of them, so
-- all that is no @ is taken off the end first.
ALTER TABLE entry ADD COLUMN host TEXT
  AS (substr(inbox, length(rtrim(inbox, replace(inbox, '@', ''))) + 1)) VIRTUAL;
CREATE INDEX entry_host ON entry (host, seq);
