"""What happens to credits, pools and proposals: each a transaction of its own."""
