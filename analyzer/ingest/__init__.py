"""From files to raw feedback: file -> rows -> columns -> RawFeedback; knows nothing of scrubbing or storing."""
