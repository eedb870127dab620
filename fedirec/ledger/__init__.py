"""The books: an append-only double-entry journal and a hash-chained audit log. They know nothing of people or works."""
