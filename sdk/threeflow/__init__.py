"""Threeflow's software development kit: what a platform, a carrier or a customs office embeds to speak the standard."""
