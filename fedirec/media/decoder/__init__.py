"""The confined child: the only code that looks inside a file from outside. Nothing here is imported by the server
but `kinds`, which only compares bytes."""
