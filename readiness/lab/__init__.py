"""Starts the integrator's application against the emulator, makes things go wrong, and watches what it does."""
