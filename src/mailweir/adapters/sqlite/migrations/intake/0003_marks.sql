-- What people have noted about a copy. saved_by: the account that keeps it from everybody else and from
-- retention. marks: folder, labels and whether it was read (MessagePack); null as long as nobody has said.
ALTER TABLE entry ADD COLUMN saved_by TEXT;
ALTER TABLE entry ADD COLUMN marks BLOB;
CREATE INDEX entry_saved ON entry (saved_by, seq) WHERE saved_by IS NOT NULL;
