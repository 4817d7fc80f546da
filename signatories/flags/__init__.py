"""What makes a second look necessary. Flags hold a name until a person releases them, and reject nobody."""
