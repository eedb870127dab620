"""What payees say, what is held back, and how somebody proves who they are."""
