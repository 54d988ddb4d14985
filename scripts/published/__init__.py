"""Published figures and ours, as cases: name, published, ours."""
