"""The history of scans in one SQLite file."""
