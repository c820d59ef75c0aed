"""The REST API, compatible with Mailsac's clients in paths, shapes, texts and codes."""
