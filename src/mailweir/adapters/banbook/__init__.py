"""The blocklist of one machine, in a file that every process appends to and reads."""
