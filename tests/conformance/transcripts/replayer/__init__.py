"""Plays recorded conversations of the reference system against iiid and compares its answers."""
