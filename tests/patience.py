"""How long a test waits for what must happen."""

from typing import Final

PATIENCE_S: Final = 60.0
"""Long: a machine that is busy with something else is no failure. Shorter than a test may take."""
