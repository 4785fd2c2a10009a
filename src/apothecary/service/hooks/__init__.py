"""CDS Hooks: discovery, the three hooks, feedback."""
