"""The server below every service: TLS, answers, faults, and a record of what was received."""
