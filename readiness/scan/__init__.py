"""The search of files for known secrets in any form, for credentials nobody declared, and for retired hosts."""
