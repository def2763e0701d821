"""What the stream does: the only writers of its tables."""
