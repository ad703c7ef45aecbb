"""A small pair of sites to record, and what plays them."""
