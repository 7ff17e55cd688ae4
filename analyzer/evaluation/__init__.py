"""How good the program is on labeled data, and the proof that nothing leaves."""
