"""What must hold whatever goes wrong: one function an invariant, each reads nothing but a trace."""
