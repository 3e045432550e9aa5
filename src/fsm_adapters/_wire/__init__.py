"""The JSON of a message, shared by every adapter that carries messages as text."""
