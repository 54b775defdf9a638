"""The search of proxy tasks (GenNAS, section 3.2)."""
