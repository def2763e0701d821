"""Proofs about the policies, for every request there can be: a solver reads the same text that Cedar decides by.

Nothing here decides, and nothing outside imports the solver. See docs/proofs.md.
"""
