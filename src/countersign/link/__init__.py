"""Link: carries opaque sealed items between nodes exactly once, on line or by carried file. Knows nothing of their content."""
