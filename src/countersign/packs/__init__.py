"""Packs: states, authorities, calendars and law as data. Not legal advice; to be confirmed by each state's counsel."""
