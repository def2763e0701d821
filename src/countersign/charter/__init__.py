"""Charter: states and authorities from packs, node cards and keys, the peering ceremony, arrangements, officers."""
