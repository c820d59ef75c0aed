"""What we do with mail: one file is one use of the system, and waits only through ports."""
