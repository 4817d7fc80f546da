"""The fault harness: real servers, clients that write down every operation, and a nemesis with a seed.

`python -m tests.faults --help` says how to run it; docs/reliability.md says what it proves.
"""
