"""The vendor's API: how a token is had, what is read, how keys are made and deleted."""
