"""Amazon SNS topics: bus and retry scheduler.  A queue that subscribes to the topic is where messages are received."""
