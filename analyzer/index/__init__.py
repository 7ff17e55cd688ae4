"""What is stored and searched: comments, filters, words, vectors, aggregates."""
