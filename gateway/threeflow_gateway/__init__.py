"""The reference gateway of the Threeflow standard."""
