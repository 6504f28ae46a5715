"""Loaded by every Python process that a test starts: arms the guard there too."""

import outbound

outbound.arm()
