"""Screening: what a declaration line may be, on which list, on its date. A person decides; no verdict is a refusal."""
