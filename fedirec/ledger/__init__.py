"""The books: an append-only double-entry journal, and the audit chain. They know nothing of people or works."""
