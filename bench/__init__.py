"""The benchmark: two real nodes against AS2, on this machine, in the same minutes. See README.md."""
