"""A new site's files, looked at: a draft of its `site.yml`, and what is left to do."""
