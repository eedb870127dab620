"""How another server tells us which of its people somebody is: OAuth 2, as Mastodon's API speaks it."""
