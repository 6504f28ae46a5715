"""Questions about a set of sheets: a plan read by exact cover, one evaluator for every operator."""
