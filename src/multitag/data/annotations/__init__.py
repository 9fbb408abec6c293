"""What annotation tools export, to rows: recognised by content, one module a tool."""
