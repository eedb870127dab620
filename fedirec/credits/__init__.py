"""Credits that travel, pools of money, and proposals how it is shared."""
