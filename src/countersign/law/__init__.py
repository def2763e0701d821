"""Law: markings, purposes and policies as data; decides by Cedar, and stores nothing."""
