"""Ledger: Merkle logs, mirrors, checkpoints, cosigning, evidence. `ledger.core` is free of Django."""
