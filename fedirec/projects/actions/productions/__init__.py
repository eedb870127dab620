"""Productions: prepared by those who lead a project, frozen once, and released as a record by its Group."""
