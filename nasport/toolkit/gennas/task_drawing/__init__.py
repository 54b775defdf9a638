"""Proxy tasks drawn, as a picture and for a terminal."""
