"""Real bars shipped with the package; PROVENANCE.md says where they come from."""
