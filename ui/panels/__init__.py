"""Editors of one part of the experiment each."""
