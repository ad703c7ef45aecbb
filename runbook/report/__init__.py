"""What a run looked like, for a person: a page of each run, an index over all of them, and a seal over a run's folder."""
