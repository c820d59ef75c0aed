"""The ports in this process's memory: for tests, for embedding, and as the twin of the others."""
