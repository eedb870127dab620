"""What happens to pay proposals, from the first draft until they are locked. Each action holds the proposal first."""
