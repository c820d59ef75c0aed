"""The web door: the REST API, and pages that need no script."""
