"""From a question to an answer: plan, evidence, sentences, checks, receipt."""
