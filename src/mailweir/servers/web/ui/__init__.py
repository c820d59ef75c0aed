"""What pages are made of: templates and the files they need."""
