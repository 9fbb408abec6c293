"""The commands, one thin module each: parse, call one job, print."""
