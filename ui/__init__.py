"""The browser's view of the product: rendering and wiring only; every answer is made below, in ``qa``."""
