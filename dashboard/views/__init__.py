"""One file a page, run by `dashboard.app`, and the panels that a page is made of."""
