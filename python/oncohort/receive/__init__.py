"""Deliveries, as sent, to the landing zone."""
