"""Threeflow's software development kit: what a platform or a customs office embeds to speak the standard."""
