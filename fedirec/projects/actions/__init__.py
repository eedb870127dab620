"""What happens in projects: each a transaction of its own."""
