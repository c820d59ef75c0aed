"""Mailweir: a self-hosted disposable-mail service for people who test email."""

__version__ = "0.1.0"
