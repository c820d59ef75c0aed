"""The doors that speak SMTP."""
