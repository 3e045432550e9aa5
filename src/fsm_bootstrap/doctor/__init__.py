"""What ``fsm doctor`` looks at."""
