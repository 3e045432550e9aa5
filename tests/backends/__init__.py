"""The real servers that tests talk to: each is started once a test process, on a free port of 127.0.0.1."""
