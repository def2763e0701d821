"""Kernel: errors, ids, clock, calendars and canonical encodings. No Django, nothing of the other rooms."""
