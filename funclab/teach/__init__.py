"""Material for teaching."""
