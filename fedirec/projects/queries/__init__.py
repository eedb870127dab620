"""Questions about projects, and nothing that changes them."""
