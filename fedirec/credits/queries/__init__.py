"""What pages and other packages ask about credits, pools and proposals."""
