"""Grants: authors are asked whether money may be made with their work, and allow it, once and for good."""
