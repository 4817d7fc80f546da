"""A letter away from its page: the picture of a shared link, a frame and a badge on other sites, what crawlers read."""
