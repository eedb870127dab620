"""What the pages for those who run the instance ask."""
