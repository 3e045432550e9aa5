"""The user's context as JSON text and back."""
