"""Themes: opinions grouped, named, edited by people, followed over time."""
