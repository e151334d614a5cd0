"""What is connected to what. No numbers flow here."""
