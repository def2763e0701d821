"""How things are shown: words for codes, clocks in several zones, pictures drawn on the server."""
