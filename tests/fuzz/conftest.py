"""The fuzzer itself is a command, and needs what tests do without."""

collect_ignore = ["run.py"]
