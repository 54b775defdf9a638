"""Search for proxy tasks (GenNAS, section 3.2)."""
