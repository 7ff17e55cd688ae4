"""Messages in the language of the reader: catalogs, numbers and dates. English is the source and needs no catalog."""
