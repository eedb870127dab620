"""What people of this instance do with their accounts, and what those who run it do with them."""
