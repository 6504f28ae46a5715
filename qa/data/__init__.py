"""Tables of words, one file per kind of asked thing. Data that a person can read and extend."""
