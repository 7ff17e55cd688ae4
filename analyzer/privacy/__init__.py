"""Find personal data and replace it: detector, recognizers, URLs, scrubber."""
