-- Messages that are gone while their digests may still be in `index.db`; emptied by whoever keeps that.
CREATE TABLE removed (message INTEGER PRIMARY KEY);
