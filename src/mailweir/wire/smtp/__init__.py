"""SMTP (RFC 5321) as values: commands in, replies out, no I/O."""
