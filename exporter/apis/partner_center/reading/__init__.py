"""Reading of answers that are not as documented: what is wrong is reported, and everything else is published."""
