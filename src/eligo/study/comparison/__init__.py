"""`eligo compare`: a table of someone's own becomes a small study, and everything done to it on the way is said."""
