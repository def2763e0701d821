"""Countersign: two sovereign nodes, one release gate, one log that the other state countersigns."""
