"""`python -m wa_policy` and the command `wa-policy`."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line and end with its exit code."""
    from wa_policy.cli.main import run

    sys.exit(int(run()))


if __name__ == "__main__":
    main()
