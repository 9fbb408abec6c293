"""What stands between the socket and the routes: deadlines, keys, limits, strict JSON, headers."""
