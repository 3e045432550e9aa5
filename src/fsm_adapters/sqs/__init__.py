"""Amazon SQS, standard and FIFO queues: bus, retry scheduler and message source."""
