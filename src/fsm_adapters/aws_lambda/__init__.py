"""Driving adapter: what AWS Lambda hands to a function, as deliveries; outcomes as its answer."""
