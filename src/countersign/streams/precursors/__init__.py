"""Precursors: control lists of both states as dated data, screening of declarations, pre-export notices, incidents."""
