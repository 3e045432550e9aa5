"""CloudWatch Embedded Metric Format: metrics as log lines, without a call."""
