"""Node: the composition root. Settings, command line, supervisor, system checks, demo; the only room that knows all others."""
