"""`python -m exporter` runs the command `azure-billing-exporter`."""

from exporter.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
