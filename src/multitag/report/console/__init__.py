"""Tables on the console: of metrics, of what is in a table, of labels that may be wrong."""
