"""The proof that nothing leaves: the harness that runs the program, watches every way out, and reports."""
