"""The command line ``rsqa``: the contract's commands over the libraries, in Japanese."""

__version__ = "0.1.0"
