"""Where published figures come from, as far as stored collections state it."""
