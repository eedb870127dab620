"""Who is not named in what others make: the wish, the stand-ins that follow from it, and where these come to stand."""
