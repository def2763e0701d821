"""Pure core of the ledger: formats, proofs and the off-line verifier. No Django, no storage."""
