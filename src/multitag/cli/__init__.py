"""The command line: how it is parsed, its options, and mistakes told in one line."""
