"""The performance table: ``python -m tests.benchmarks``, or ``make bench``."""
