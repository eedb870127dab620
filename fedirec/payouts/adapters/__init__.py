"""The ways in which money leaves: by hand, in files that a person takes to a bank, and over providers' networks."""
