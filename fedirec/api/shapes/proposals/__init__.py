"""Pay proposals: how money is shared, revision by revision, and what people say to it."""
