"""The service: CDS Hooks for the EHR, a page for people, one port. It asks, presents and logs; it decides nothing."""
