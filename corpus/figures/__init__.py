"""What the figures of a sheet mean: the definitions that differ between forms, as data, in one place."""
