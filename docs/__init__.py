"""The sources of the site: `make site`."""
