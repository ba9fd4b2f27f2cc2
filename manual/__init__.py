"""Makes the documents' site: every page stays where a code host shows it, and the site is built of the same files."""
