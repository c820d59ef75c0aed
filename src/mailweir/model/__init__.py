"""Nouns: values that never change and know no one."""
