"""Check the sentences that the model writes: form, numbers, words, quotes, entailment."""
