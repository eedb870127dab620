"""What pages and other packages ask about records, their trails and challenges."""
