"""The feedback tables, row filters, words, and the FAISS cache of vectors."""
