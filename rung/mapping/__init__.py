"""What admins do with mappings, over the documents in force or those of a folder."""
