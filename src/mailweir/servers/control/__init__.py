"""The control door: a socket of this process in the data directory, for commands beside it."""
