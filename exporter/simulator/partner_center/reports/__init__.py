"""One module per report; `routes` finds them."""
