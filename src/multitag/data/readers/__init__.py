"""From bytes to rows: delimited text, JSON, Arrow, fastText lines, encodings, headers, streams."""
