"""The trail of a record as its pages show it: a drawing, lists, credits in words and as a list."""
