"""Pages of the stream; the shell opens them for whom the manifest names."""
