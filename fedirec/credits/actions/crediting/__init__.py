"""Credit lists: drawn up when a production is frozen, confirmed or contested by those whom they name."""
