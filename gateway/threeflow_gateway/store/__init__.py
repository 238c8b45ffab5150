"""What the gateway keeps: tables, named statements, and the connections that run them."""
