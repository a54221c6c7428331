"""The vendor's API as a state machine: no sockets, no clock and no randomness of its own."""
